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
// training
export * from './training/index.js';
