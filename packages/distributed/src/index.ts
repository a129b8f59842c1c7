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
// batch inference
export { stackPictures, type ImageArrays, type ImageSource, type NamedImage, type PixelArray } from './predict/pictures.js';
export { definePredictor, type LoadedPicture, type PictureAnswer, type Predict, type Predictor, type PredictorOptions } from './predict/predictor.js';
export { predictAll, type PredictAllOptions, type Prediction } from './predict/predict-all.js';
export type { PredictProgress } from './predict/progress.js';
// training
export * from './training/index.js';
