/** Batch inference, sweeps and data-parallel training on many processes and machines. */
export type { BlobStore } from './engine/blob-store.js';
export type { Job, JobEngine, JobError, JobOutcome, JobSession, SessionOptions, WaitOptions, WorkerInfo } from './engine/job-engine.js';
export type { Json } from './engine/json.js';
export { defineTask, type Task, type TaskContext } from './engine/task.js';
// engines
export { bullmq, type BullmqOptions } from './bullmq/bullmq.js';
export type { RedisConnection } from './bullmq/connection.js';
export { startWorker, type RunningWorker, type WorkerOptions } from './bullmq/start-worker.js';
export { local, type LocalOptions } from './local/local.js';
export { serveJobs } from './processes/serve.js';
// sweeps
export { asha, budgetsOf, ladder, type Asha, type AshaOptions, type Ladder, type Step } from './sweep/asha.js';
export type { Strategy } from './sweep/plan.js';
export type { Objective, SweepResult, TrialRecord } from './sweep/records.js';
export { gridParams, gridSize, sampleParams } from './sweep/sample.js';
export { choice, integer, logUniform, uniform, type Choice, type NumberRange, type Parameter, type ParamsOf, type Space } from './sweep/space.js';
export { sweep, type SweepOptions, type SweepProgress } from './sweep/sweep.js';
export { sweepTable } from './sweep/text.js';
export { defineTrial, type CurvePoint, type Metrics, type TravellingMetrics, type Trial, type TrialAnswer, type TrialContext, type TrialDefinition, type TrialPayload, type TrialResult } from './sweep/trial.js';
// batch inference
export { stackPictures, type ImageArrays, type ImageSource, type NamedImage, type PixelArray } from './predict/pictures.js';
export { definePredictor, type LoadedPicture, type PictureAnswer, type Predict, type Predictor, type PredictorOptions } from './predict/predictor.js';
export { predictAll, type PredictAllOptions, type Prediction } from './predict/predict-all.js';
export type { PredictProgress } from './predict/progress.js';
// training
export * from './training/index.js';
