export { weightedMean, type Weighted } from './average.js';
export type { FitDistributedResult } from './coordinator.js';
export { fitDistributed } from './fit-distributed.js';
export type { RoundRecord } from './history.js';
export type { FitDistributedOptions, OuterOptions, RoundEvent } from './options.js';
export type { RoundPayload, RoundResult } from './payload.js';
export { defineTraining, type Prepared, type Training, type TrainingOptions } from './training.js';
