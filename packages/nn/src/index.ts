/** Layers, models, training and data. */
export type { Layer, LayerContext, LayerInit, LayerResult, Model, Params, PlacedLayer, Source } from './types.js';
export * as initializers from './initializers.js';
export type { Initializer, InitializerName } from './initializers.js';
export { mapParams, namedParameters, type NamedParameter } from './params.js';
export { deriveSeed } from './seeds.js';
// layers
export { activation } from './layers/activation.js';
export type { Activation, ActivationFunction, ActivationName, ActivationOptions } from './layers/activations.js';
export type { LayerOptions } from './layers/common.js';
export { conv2d, type Conv2dOptions } from './layers/conv2d.js';
export { dense, type DenseOptions } from './layers/dense.js';
export { flatten } from './layers/flatten.js';
export { avgPool2d, globalAvgPool2d, globalMaxPool2d, maxPool2d, type GlobalPool2dOptions, type Pool2dOptions } from './layers/pooling.js';
// models
export { sequential, type SequentialOptions } from './models/sequential.js';
// data
export * from './data/index.js';
// files
export * from './files/index.js';
