/** Layers, models, training and data. */
export type { Layer, LayerContext, LayerInit, LayerResult, Model, Params, PlacedLayer, Source } from './types.js';
export { initializers } from './initializers.js';
export type { Initializer, InitializerName } from './initializers.js';
export { mapParams, namedParameters, type NamedParameter } from './params.js';
export { parameterAt } from './parameter-at.js';
export { deriveSeed } from './seeds.js';
// layers
export * from './layers/index.js';
// models
export * from './models/index.js';
export type { Summary, SummaryOptions, SummaryRow } from './summary/summary.js';
// training
export * from './training/index.js';
export * from './losses/index.js';
export * from './metrics/index.js';
export * from './optimizers/index.js';
export { constantRate, cosineDecay, stepDecay, warmUp, type CosineDecayOptions, type Schedule, type StepDecayOptions } from './schedules.js';
// data
export * from './data/index.js';
// files
export * from './files/index.js';
// functions as files
export * from './program/index.js';
