import { badArgument, type Shape } from '@unfoldjs/core';
import type { Augment, Dataset, LayerInit, Model, TrainStepOptions } from '@unfoldjs/nn';
import { defineTask, type Task } from '../engine/task.js';
import { checkOptions } from './check.js';
import { parsePayload, type RoundPayload, type RoundResult } from './payload.js';
import { shardWorker } from './shard-worker.js';

/** What is trained, on what and how: what workers and coordinator must agree on, and cannot send each other. The words are those of `fit`. */
export interface TrainingOptions extends Pick<TrainStepOptions, 'loss' | 'optimizer' | 'learningRate' | 'metrics' | 'frozen'> {
  /** Unique among the tasks of the module. Lower-case letters, digits and dashes. */
  readonly name: string;
  /** The model, or a function that makes it when it is first needed. */
  readonly model: Model | (() => Model | Promise<Model>);
  /** The data, or a function that reads them when they are first needed: the same for every worker. */
  readonly data: Dataset | (() => Dataset | Promise<Dataset>);
  /** Draws another order each epoch. Default: true. */
  readonly shuffle?: boolean | undefined;
  /** Changes each image anew each epoch, whichever worker sees it. Default: none. */
  readonly augment?: Augment | undefined;
  /** Leaves out a last batch that is not full. Default: false. */
  readonly dropLast?: boolean | undefined;
  /** The shape of an input without the batch axis. Default: what the model declares, then that of the data. */
  readonly inputShapes?: readonly Shape[] | undefined;
}

/** A training's model and data, made. */
export interface Prepared {
  readonly model: Model;
  readonly data: Dataset;
  readonly inputShapes: readonly Shape[];
  /** The form of parameters and moving statistics; their values are not looked at. */
  readonly like: Pick<LayerInit, 'params' | 'state'>;
}

/** A training, which is a task: each job of it is one shard's part of one round. */
export interface Training extends Task<RoundPayload, RoundResult> {
  readonly options: TrainingOptions;
  /** Model and data: made once, when they are first asked for. */
  prepare(): Promise<Prepared>;
}

const optionNames = ['name', 'model', 'data', 'loss', 'optimizer', 'learningRate', 'metrics', 'frozen', 'shuffle', 'augment', 'dropLast', 'inputShapes'];

/**
 * Declares a training that many workers share. It is exported by the module of tasks, since functions do not travel: every worker makes
 * model and data itself, and jobs say only which part of them it is to take. The loss is to be a mean over the examples, as all losses of
 * `@unfoldjs/nn` are by default.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for options that do not exist, are missing or are no training's.
 * @example
 * import { defineTraining } from '@unfoldjs/distributed';
 * import { accuracy, adam, datasetOf, dense, flatten, sequential, softmaxCrossEntropy } from '@unfoldjs/nn';
 * export const bright = defineTraining({
 *   name: 'bright',
 *   model: sequential([flatten(), dense({ units: 2 })], { inputShape: [1, 2, 1] }),
 *   data: () => datasetOf({ images: [0, 1, 1, 0], shape: [1, 2, 1], labels: [0, 1] }),
 *   loss: softmaxCrossEntropy,
 *   optimizer: adam(),
 *   learningRate: 0.1,
 *   metrics: { accuracy },
 * });
 * (await bright.prepare()).data.labels.length; // => 2
 */
export function defineTraining(options: TrainingOptions): Training {
  const op = 'defineTraining';
  checkOptions(op, options, optionNames);
  const { name, model, data } = options;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,40}$/.test(name)) {
    throw badArgument(op, 'name', `${JSON.stringify(name)} is no name of a training.`, "use up to 41 lower-case letters, digits and dashes, such as 'digits-small'.");
  }
  for (const argument of ['model', 'data', 'loss', 'optimizer', 'learningRate'] as const) {
    if (options[argument] === undefined) throw badArgument(op, argument, 'it is missing.', `pass \`${argument}\`.`);
  }
  const prepare = once(async (): Promise<Prepared> => {
    const made = { model: await valueOf(model), data: await valueOf(data) };
    if (typeof made.data !== 'object' || !('labels' in made.data) || made.data.labels.length === 0) {
      throw badArgument(op, 'data', 'it is no dataset with examples.', 'pass datasetOf({ ... }), or a function that gives one.');
    }
    const inputShapes = options.inputShapes ?? made.model.inputShapes ?? [made.data.images.shape.slice(1)];
    return { ...made, inputShapes, like: made.model.init(inputShapes, 0) };
  });
  const work = shardWorker(options, prepare);
  return { ...defineTask<RoundPayload, RoundResult>({ name, parse: (payload) => parsePayload(name, payload), run: work }), options, prepare };
}

const valueOf = <T extends object>(value: T | (() => T | Promise<T>)): T | Promise<T> => (typeof value === 'function' ? value() : value);

/** The same promise for every call; a failed one is tried again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
}
