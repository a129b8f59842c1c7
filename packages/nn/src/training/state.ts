import { tensor, unfoldError, type Shape, type Tensor } from '@unfoldjs/core';
import { freeze } from 'immer';
import { checkOptions } from '../check.js';
import { mapParams, namedParameters } from '../params.js';
import { checkSeed } from '../seeds.js';
import type { Model, Params } from '../types.js';
import type { Optimizer } from '../optimizers/optimizer.js';

/**
 * Everything that training goes on from: a frozen plain record, with tensors as leaves. Two equal states, with equal data, lead to
 * equal ones.
 */
export interface TrainState {
  readonly params: Params;
  /** What layers keep beside: moving statistics. */
  readonly state: Params;
  /** The slots of the optimizer, by name: trees of the form of the parameters. */
  readonly optimizer: Params;
  /** Updates made so far. */
  readonly step: number;
  /** Seeds the numbers that dropout draws and, in `fit`, the order of the images and their augmentation. */
  readonly seed: number;
}

export interface TrainStateOptions {
  readonly optimizer: Optimizer;
  /** A whole number from 0. Default: 0. */
  readonly seed?: number | undefined;
  /** Shapes of the inputs without the batch axis. Default: what the model declares. */
  readonly inputShapes?: readonly Shape[] | undefined;
  /** Parameters to begin with, in the form that `init` gives. Default: what `init` draws from the seed. */
  readonly params?: Params | undefined;
  /** Default: what `init` gives. */
  readonly state?: Params | undefined;
}

/**
 * The state before the first step. Every tensor in it is a copy in memory of its own, since a step of training gives that memory away.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where the shape of an input is not known, or for a bad option; SHAPE_MISMATCH where the model
 * does not fit the shapes, or `params` not the model.
 * @example
 * import { setBackend } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { adam, dense, sequential, trainState } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * const state = await trainState(sequential([dense({ units: 2 })], { inputShape: [3] }), { optimizer: adam(), seed: 1 });
 * Object.keys(state.optimizer); // => ['m', 'v']
 */
export async function trainState(model: Model, options: TrainStateOptions): Promise<TrainState> {
  const op = 'trainState';
  checkOptions(op, options, ['optimizer', 'seed', 'inputShapes', 'params', 'state']);
  const { optimizer, seed = 0, inputShapes = model.inputShapes } = options;
  checkSeed(op, seed);
  if (!inputShapes) {
    throw unfoldError({
      code: 'INVALID_ARGUMENT',
      op,
      argument: 'inputShapes',
      problem: 'the model does not declare the shapes of its inputs.',
      fix: 'pass `inputShapes: [[28, 28, 1]]`, or declare them: sequential([...], { inputShape: [28, 28, 1] }).',
    });
  }
  const fresh = model.init(inputShapes, seed);
  const params = await copied(options.params ? sameForm(op, 'params', fresh.params, options.params) : fresh.params);
  const state = await copied(options.state ? sameForm(op, 'state', fresh.state, options.state) : fresh.state);
  return freeze({ params, state, optimizer: optimizer.init(params), step: 0, seed }, true);
}

/** The tree in memory of its own, on the host. */
export async function copied(params: Params): Promise<Params> {
  const copies = new Map<string, Tensor>();
  for (const { path, tensor: original } of namedParameters(params)) copies.set(path, tensor(await original.data(), original.shape, original.dtype));
  return mapParams(params, (_, path) => copies.get(path)!);
}

function sameForm(op: string, argument: string, wanted: Params, given: Params): Params {
  const types = (tree: Params) => new Map(namedParameters(tree).map(({ path, tensor: { dtype, shape } }) => [path, `${dtype}[${shape.join(', ')}]`]));
  const [want, have] = [types(wanted), types(given)];
  const missing = [...want].filter(([path, type]) => have.get(path) !== type).map(([path, type]) => `${path} must be ${type}, not ${have.get(path) ?? 'absent'}`);
  const extra = [...have.keys()].filter((path) => !want.has(path)).map((path) => `${path} is none of the model's`);
  const problems = [...missing, ...extra];
  if (problems.length === 0) return given;
  throw unfoldError({ code: 'SHAPE_MISMATCH', op, argument, problem: `they do not fit the model:\n  ${problems.join('\n  ')}`, fix: 'pass a tree of the form that `model.init` gives.' });
}
