/** Layers, models, training and data. */
export type { Layer, LayerContext, LayerInit, LayerResult, Model, Params, PlacedLayer, Source } from './types.js';
export * as initializers from './initializers.js';
export type { Initializer, InitializerName } from './initializers.js';
export { mapParams, namedParameters, type NamedParameter } from './params.js';
export { deriveSeed } from './seeds.js';
// layers
export * from './layers/index.js';
// models
export * from './models/index.js';
export type { Summary, SummaryOptions, SummaryRow } from './summary/summary.js';
// training
export type { Batch, BatchSource, TrainingData } from './training/batch.js';
export { trainState, type TrainState, type TrainStateOptions } from './training/state.js';
export { trainStep, type Loss, type StepOptions, type StepResult, type TrainStep, type TrainStepOptions } from './training/train-step.js';
export * from './losses/index.js';
export * from './metrics/index.js';
export * from './optimizers/index.js';
export { constantRate, cosineDecay, stepDecay, warmUp, type CosineDecayOptions, type Schedule, type StepDecayOptions } from './schedules.js';
// data
export * from './data/index.js';
// files
export * from './files/index.js';
