export type { Batch, BatchSource, TrainingData } from './batch.js';
export { earlyStopping, type Callback, type EarlyStoppingOptions, type EpochEvent, type StepEvent } from './callbacks.js';
export { evaluate, type EvaluateOptions, type Evaluation, type ModelState } from './evaluate.js';
export { fit, type FitOptions, type FitResult } from './fit.js';
export type { EpochRecord, History } from './history.js';
export { predict, type PredictOptions } from './predict.js';
export type { ProgressOptions, ProgressOutput } from './progress.js';
export { trainState, type TrainState, type TrainStateOptions } from './state.js';
export { trainStep, type Loss, type StepOptions, type StepResult, type TrainStep, type TrainStepOptions } from './train-step.js';
