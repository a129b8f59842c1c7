import { type AbortSignalLike, type Shape } from '@unfoldjs/core';
import type { Augment } from '../data/augment.js';
import type { Model } from '../types.js';
import { type TrainingData } from './batch.js';
import type { Callback } from './callbacks.js';
import type { History } from './history.js';
import { type ProgressOptions } from './progress.js';
import { type TrainState } from './state.js';
import { type TrainStepOptions } from './train-step.js';
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
export declare function fit(model: Model, data: TrainingData, options: FitOptions): Promise<FitResult>;
