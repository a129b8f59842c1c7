import { unfoldError, UnfoldError, type AbortSignalLike, type Shape } from '@unfoldjs/core';
import { checkBoolean, checkInteger, checkOptions } from '../check.js';
import type { Augment } from '../data/augment.js';
import type { Model } from '../types.js';
import { batchesIn, batchesOf, batchLength, disposeBatch, type Batch, type TrainingData } from './batch.js';
import type { Callback } from './callbacks.js';
import { evaluatorOf, read, weightedMeans } from './evaluate.js';
import type { EpochRecord, History } from './history.js';
import { progressOn, type Progress, type ProgressOptions } from './progress.js';
import { trainState, type TrainState } from './state.js';
import { trainStep, type TrainStep, type TrainStepOptions } from './train-step.js';

export interface FitOptions extends Omit<TrainStepOptions, 'donate'> {
  /** Passes over the data, counted from the beginning of the training, so that a resumed one ends where the first would have. Default: 1. */
  readonly epochs?: number | undefined;
  /** Examples a step, for datasets. Default: 32. */
  readonly batchSize?: number | undefined;
  /** Draws another order each epoch, for datasets. Default: true. */
  readonly shuffle?: boolean | undefined;
  /** Changes each image of a dataset anew each epoch. Default: none. */
  readonly augment?: Augment | undefined;
  /** Leaves out a last batch that is not full, for datasets. Default: false. */
  readonly dropLast?: boolean | undefined;
  /** Measured after each epoch with the loss and the metrics. Default: none. */
  readonly validation?: TrainingData | undefined;
  /** Where to go on from; it is given away. Default: a new state from `seed`. */
  readonly state?: TrainState | undefined;
  /** For a new state: parameters, dropout, order and augmentation follow from it. Default: 0. */
  readonly seed?: number | undefined;
  /** For a new state: the shape of an input without the batch axis. Default: what the model declares, then that of a dataset. */
  readonly inputShapes?: readonly Shape[] | undefined;
  /** Batches an epoch, for data that comes from a function: needed to resume. */
  readonly stepsPerEpoch?: number | undefined;
  readonly callbacks?: readonly Callback[] | undefined;
  /** Steps from one checkpoint to the next. Default: one at the end of each epoch. */
  readonly checkpointEvery?: number | undefined;
  /** Is given the state to store; awaited before the next step. Default: none. */
  readonly onCheckpoint?: ((state: TrainState) => void | Promise<void>) | undefined;
  /** Ends the training early: `fit` returns the state after the last whole step. Default: none. */
  readonly signal?: AbortSignalLike | undefined;
  /** False is silent. Default: a bar on a terminal, a line for each epoch elsewhere. */
  readonly progress?: boolean | ProgressOptions | undefined;
}

const optionNames = [
  ...['loss', 'optimizer', 'learningRate', 'metrics', 'frozen', 'detectAnomaly', 'epochs', 'batchSize', 'shuffle', 'augment', 'dropLast', 'validation'],
  ...['state', 'seed', 'inputShapes', 'stepsPerEpoch', 'callbacks', 'checkpointEvery', 'onCheckpoint', 'signal', 'progress'],
];

export interface FitResult {
  readonly state: TrainState;
  /** One record for each epoch that was finished. */
  readonly history: History;
  /** Why training ended: all epochs are done, a callback stopped it, or the signal did. */
  readonly ended: 'epochs' | 'callback' | 'aborted';
}

/**
 * Trains a model: epochs of steps, with validation, callbacks, checkpoints and progress. With the same seed, data and options the
 * result is the same, also where training was stopped and resumed from a checkpoint, in the middle of an epoch too (on one backend).
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for bad options; NOT_FINITE with `detectAnomaly`; as `trainStep`; and whatever callbacks throw.
 * @example
 * import { setBackend } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { accuracy, adam, datasetOf, dense, fit, flatten, sequential, softmaxCrossEntropy } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * const data = datasetOf({ images: [0, 1, 1, 0], shape: [1, 2, 1], labels: [0, 1] });
 * const { state, history } = await fit(sequential([flatten(), dense({ units: 2 })]), data, {
 *   loss: softmaxCrossEntropy,
 *   optimizer: adam(),
 *   learningRate: 0.1,
 *   metrics: { accuracy },
 *   epochs: 20,
 *   progress: false,
 * });
 * state.step; // => 20
 * history.at(-1)?.metrics.accuracy; // => 1
 */
export async function fit(model: Model, data: TrainingData, options: FitOptions): Promise<FitResult> {
  checkFitOptions(data, options);
  const { loss, optimizer, learningRate, metrics, frozen, detectAnomaly, validation, callbacks = [], signal } = options;
  const step = trainStep(model, { loss, optimizer, learningRate, metrics, frozen, detectAnomaly });
  const evaluator = validation && evaluatorOf(model, { loss, metrics, signal });
  const now = (typeof options.progress === 'object' ? options.progress.now : undefined) ?? (() => performance.now());
  const progress = options.progress === false ? silent : progressOn({ ...(typeof options.progress === 'object' ? options.progress : {}), now });
  const run = { model, data, options, step, now, progress };
  const history: EpochRecord[] = [];
  const { epochs = 1 } = options;
  let state = await firstState(model, data, options);
  let position = positionOf(state, data, options);
  let ended: FitResult['ended'] = 'epochs';
  try {
    for (const callback of callbacks) await callback.onTrainBegin?.();
    for (; position.epoch < epochs && ended === 'epochs'; position = { epoch: position.epoch + 1, skip: 0 }) {
      const trained = await trainEpoch(run, state, position);
      ({ state, ended } = trained);
      if (!trained.record) break;
      const measured = validation && evaluator ? await evaluator(state, validation) : null;
      const record = { ...trained.record, validation: measured && { loss: measured.loss, metrics: measured.metrics } };
      history.push(record);
      progress.epoch(record, epochs);
      const event = { state, record, history: [...history], stop: () => void (ended = 'callback') };
      for (const callback of callbacks) await callback.onEpochEnd?.(event);
      if (options.checkpointEvery === undefined) await options.onCheckpoint?.(state);
    }
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
    ended = 'aborted';
  } finally {
    progress.end();
    step.dispose();
    evaluator?.dispose();
  }
  for (const callback of callbacks) state = (await callback.onTrainEnd?.({ state, history })) ?? state;
  return { state, history, ended };
}

interface Run {
  readonly data: TrainingData;
  readonly options: FitOptions;
  readonly step: TrainStep;
  readonly now: () => number;
  readonly progress: Progress;
}

interface Position {
  readonly epoch: number;
  /** Batches of the epoch that are done already. */
  readonly skip: number;
}

/** One pass over the data, or what is left of it. Without a record where it was cut short. */
async function trainEpoch({ data, options, step, now, progress }: Run, first: TrainState, { epoch, skip }: Position) {
  const { batchSize = 32, shuffle = true, augment, dropLast, epochs = 1, callbacks = [], checkpointEvery, onCheckpoint, signal } = options;
  const passOptions = { batchSize, shuffle, seed: first.seed, epoch, augment, dropLast, skip };
  const total = batchesIn(data, passOptions) ?? options.stepsPerEpoch ?? null;
  const means = weightedMeans();
  const startedAt = now();
  const seconds = () => (now() - startedAt) / 1000;
  let state = first;
  let done = 0;
  let rate = 0;
  let isStopped = false;
  const stop = () => void (isStopped = true);

  for await (const batch of batchesOf(data, passOptions)) {
    if (signal?.aborted) {
      disposeBatch(batch);
      return { state, ended: 'aborted', record: null } as const;
    }
    const result = await stepOrAbort(step, state, batch, signal);
    if (!result) return { state, ended: 'aborted', record: null } as const;
    state = result.state;
    rate = result.learningRate;
    const measured: Record<string, number> = {};
    for (const [name, metric] of Object.entries(result.metrics)) measured[name] = Number(await read(metric));
    const loss = Number(await read(result.loss));
    means.add({ ...measured, '': loss }, batchLength(batch));
    disposeBatch(batch);
    done++;
    const { '': meanLoss = NaN, ...metrics } = means.values();
    progress.step({ epoch, epochs, done, total, images: means.weight(), seconds: seconds(), loss: meanLoss, metrics });
    const event = { epoch, state, loss, metrics: measured, learningRate: rate, stop };
    for (const callback of callbacks) await callback.onStepEnd?.(event);
    if (checkpointEvery && state.step % checkpointEvery === 0) await onCheckpoint?.(state);
    if (isStopped) return { state, ended: 'callback', record: null } as const;
  }

  if (done === 0) throw unfoldError({ code: 'INVALID_ARGUMENT', op: 'fit', argument: 'data', problem: `epoch ${epoch} has no batches.`, fix: 'pass data with at least one batch; without `dropLast` where it is small.' });
  const { '': loss = NaN, ...metrics } = means.values();
  const time = seconds();
  return { state, ended: 'epochs', record: { epoch, step: state.step, loss, metrics, learningRate: rate, seconds: time, imagesPerSecond: means.weight() / time } } as const;
}

/** The step, or null where the signal cut it short: then the state is as it was. */
async function stepOrAbort(step: TrainStep, state: TrainState, batch: Batch, signal: AbortSignalLike | undefined) {
  try {
    return await step(state, batch, { signal });
  } catch (error) {
    disposeBatch(batch);
    if (isAbort(error, signal)) return null;
    throw error;
  }
}

const isAbort = (error: unknown, signal: AbortSignalLike | undefined): boolean => signal?.aborted === true && error instanceof UnfoldError && error.code === 'ABORTED';

const silent: Progress = { step: () => undefined, epoch: () => undefined, end: () => undefined };

function firstState(model: Model, data: TrainingData, { state, seed, inputShapes, optimizer }: FitOptions): TrainState | Promise<TrainState> {
  const known = inputShapes ?? model.inputShapes ?? (typeof data === 'function' ? undefined : [data.images.shape.slice(1)]);
  return state ?? trainState(model, { optimizer, seed, ...(known && { inputShapes: known }) });
}

/** Where a state stands in the data. */
function positionOf({ step }: TrainState, data: TrainingData, { batchSize = 32, dropLast, stepsPerEpoch }: FitOptions): Position {
  if (step === 0) return { epoch: 0, skip: 0 };
  const length = batchesIn(data, { batchSize, dropLast }) ?? stepsPerEpoch;
  if (length === undefined) {
    throw unfoldError({
      code: 'INVALID_ARGUMENT',
      op: 'fit',
      argument: 'stepsPerEpoch',
      problem: `the state has made ${step} steps, and how many an epoch has is not known of data that comes from a function.`,
      fix: 'pass `stepsPerEpoch`.',
    });
  }
  return { epoch: Math.floor(step / length), skip: step % length };
}

function checkFitOptions(data: TrainingData, options: FitOptions): void {
  const op = 'fit';
  checkOptions(op, options, optionNames);
  for (const name of ['epochs', 'batchSize', 'stepsPerEpoch', 'checkpointEvery'] as const) if (options[name] !== undefined) checkInteger(op, name, options[name], 1);
  for (const name of ['shuffle', 'dropLast', 'detectAnomaly'] as const) if (options[name] !== undefined) checkBoolean(op, name, options[name]);
  if (typeof data === 'function') return;
  if (typeof data !== 'object' || data === null || !('labels' in data)) {
    throw unfoldError({ code: 'INVALID_ARGUMENT', op, argument: 'data', problem: 'it is neither a dataset nor a function.', fix: 'pass datasetOf({ ... }), or a function that gives the batches of an epoch.' });
  }
}
