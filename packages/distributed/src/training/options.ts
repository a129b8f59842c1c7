import { badArgument } from '@unfoldjs/core';
import type { FitOptions, TrainState } from '@unfoldjs/nn';
import type { JobEngine, SessionOptions } from '../engine/job-engine.js';
import { checkOptions, checkRange, checkWhole } from './check.js';
import type { RoundRecord } from './history.js';

/** An outer optimizer: gradient descent with Nesterov momentum on the difference that a round made. */
export interface OuterOptions {
  /** Default: 0.7, as in DiLoCo. */
  readonly learningRate?: number | undefined;
  /** Default: 0.9, as in DiLoCo. */
  readonly momentum?: number | undefined;
}

/** After a round. The tensors of `state` are whole until the promise of `onRound` resolves. */
export interface RoundEvent {
  readonly record: RoundRecord;
  /** Where rounds are local steps, its `optimizer` is empty: each shard has its own. */
  readonly state: TrainState;
  /** All records up to this one. */
  readonly history: readonly RoundRecord[];
  /** Ends the training after this round. */
  stop(): void;
}

export interface FitDistributedOptions extends Pick<SessionOptions, 'tasks' | 'deadlineMs' | 'attempts'> {
  /** Where the work runs. */
  readonly engine: JobEngine;
  /** Parts that each batch is cut into: part of the arithmetic, and so of the result. As many workers as there are share them. */
  readonly workers: number;
  /**
   * Steps that each shard takes between two averages of the parameters. 1 averages gradients and takes one step for all: exact synchronous
   * training. Default: 1.
   */
  readonly localSteps?: number | undefined;
  /** For `localSteps` above 1. Default: none, the average takes the place of the parameters. */
  readonly outer?: OuterOptions | undefined;
  /** Passes over the data, counted from the beginning of the training. Default: 1, or what `rounds` says. */
  readonly epochs?: number | undefined;
  /** In place of `epochs`: rounds, counted from the beginning. A round ends where its epoch ends. */
  readonly rounds?: number | undefined;
  /** Examples that one step of all shards together sees, as the `batchSize` of `fit`. Default: 32. */
  readonly batchSize?: number | undefined;
  /** Parameters, dropout, order and augmentation follow from it. Default: 0. */
  readonly seed?: number | undefined;
  /** Where checkpoints are kept, and where to go on from. Default: none are written. */
  readonly folder?: string | undefined;
  /** Rounds from one checkpoint to the next. Default: one at the end of each epoch. There is one at the beginning and one at the end. */
  readonly checkpointEvery?: number | undefined;
  /** Called after each round, and awaited. Default: none. */
  readonly onRound?: ((event: RoundEvent) => void | Promise<void>) | undefined;
  /** Ends the training early: the result is the state after the last whole round. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** False is silent. Default: a bar on a terminal, a line for each epoch elsewhere. */
  readonly progress?: FitOptions['progress'];
}

const optionNames = [
  ...['engine', 'tasks', 'workers', 'localSteps', 'outer', 'epochs', 'rounds', 'batchSize', 'seed', 'folder'],
  ...['checkpointEvery', 'onRound', 'signal', 'progress', 'deadlineMs', 'attempts'],
];

export interface Settings {
  readonly workers: number;
  readonly localSteps: number;
  readonly outer: Required<{ readonly [Name in keyof OuterOptions]: number }> | null;
  readonly batchSize: number;
  readonly seed: number;
}

/** Options checked, with their defaults. */
export function settingsOf(options: FitDistributedOptions): Settings {
  const op = 'fitDistributed';
  checkOptions(op, options, optionNames);
  const { engine, workers, localSteps = 1, outer, epochs, rounds, batchSize = 32, seed = 0, folder, checkpointEvery } = options;
  if (typeof engine?.open !== 'function') throw badArgument(op, 'engine', 'it is no engine of jobs.', 'pass local() or bullmq({ ... }).');
  if (options.tasks === undefined) throw badArgument(op, 'tasks', 'it is missing.', "name the module that exports the training: new URL('./tasks.js', import.meta.url).");
  checkWhole(op, 'workers', workers, 1);
  for (const [name, value] of Object.entries({ localSteps, batchSize, epochs: epochs ?? 1, rounds: rounds ?? 1, checkpointEvery: checkpointEvery ?? 1 })) checkWhole(op, name, value, 1);
  checkWhole(op, 'seed', seed, 0);
  if (epochs !== undefined && rounds !== undefined) throw badArgument(op, 'rounds', 'there are `epochs` as well.', 'say one of the two.');
  if (batchSize < workers) throw badArgument(op, 'batchSize', `${batchSize} examples are too few for ${workers} workers.`, 'pass at least one for each worker: it is the batch of all of them together.');
  if (folder !== undefined && (typeof folder !== 'string' || folder === '')) throw badArgument(op, 'folder', 'it is no path.', 'pass the path of a folder of its own.');
  if (checkpointEvery !== undefined && folder === undefined) throw badArgument(op, 'checkpointEvery', 'there is no `folder` for checkpoints.', 'pass `folder`.');
  if (outer === undefined) return { workers, localSteps, outer: null, batchSize, seed };
  if (localSteps === 1) throw badArgument(op, 'outer', 'with `localSteps: 1` gradients are averaged, and the optimizer of the training takes the step.', 'leave it out, or pass `localSteps` above 1.');
  checkOptions(op, outer, ['learningRate', 'momentum']);
  const { learningRate = 0.7, momentum = 0.9 } = outer;
  checkRange(op, 'outer.learningRate', learningRate, 0, Infinity);
  checkRange(op, 'outer.momentum', momentum, 0, 0.9999999);
  return { workers, localSteps, outer: { learningRate, momentum }, batchSize, seed };
}
