import { compile, type AbortSignalLike, type Tensor } from '@unfoldjs/core';
import { checkOptions, checkRange } from '../check.js';
import type { Metric } from '../metrics/accuracy.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { namedParameters, selectParameters } from '../params.js';
import { constantRate, type Schedule } from '../schedules.js';
import type { Model } from '../types.js';
import { anomalyError, isSound } from './anomaly.js';
import { inputsOf, type Batch } from './batch.js';
import { drawer } from './random-inputs.js';
import type { TrainState } from './state.js';
import { nextState, scalarsOf, splitState, stepOf, type Given, type Replaced } from './step-parts.js';

/** What training makes small: a scalar of the labels and the model's output. Losses of this package are such functions. */
export type Loss = (labels: Tensor, predictions: Tensor) => Tensor;

export interface TrainStepOptions {
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** A number, or a function of the step. */
  readonly learningRate: number | Schedule;
  /** Measured on the predictions of each step, by name. Default: none. */
  readonly metrics?: { readonly [name: string]: Metric } | undefined;
  /**
   * Parameters and moving statistics that stay as they are: names of layers, paths, last names such as 'bias', or globs such as 'conv1.*'
   * and '**.bias'. A layer whose statistics are frozen, all of them, runs as in inference, as in Keras. Default: none.
   */
  readonly frozen?: readonly string[] | undefined;
  /** True gives the memory of the old state to the new one: the old state cannot be used again. Default: true. */
  readonly donate?: boolean | undefined;
  /**
   * True looks at loss and parameters after every step. Where one is not finite the step is computed again, one operation at a time,
   * and the error names the operation and the line that made the first NaN or infinity. Needs the memory of two states. Default: false.
   */
  readonly detectAnomaly?: boolean | undefined;
}

export interface StepResult {
  readonly state: TrainState;
  /** The loss before the update, a scalar. */
  readonly loss: Tensor;
  readonly metrics: { readonly [name: string]: Tensor };
  readonly learningRate: number;
}

export interface StepOptions {
  /** Stops the step between two of its operations. Default: none. */
  readonly signal?: AbortSignalLike | undefined;
}

export interface TrainStep {
  (state: TrainState, batch: Batch, options?: StepOptions): Promise<StepResult>;
  /** How many programs it has been compiled to: one for each set of shapes. */
  programCount(): number;
  /** Frees the programs. */
  dispose(): void;
}

/**
 * One step of training as one program: forward pass, backward pass and update, compiled once for each shape of batch. Learning
 * rate, step count and the numbers of dropout are inputs of every call. After a call that fails the state is as it was.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for bad options; the step SHAPE_MISMATCH and DTYPE_MISMATCH where batch, model and loss do not
 * fit, NOT_DIFFERENTIABLE for a loss without gradient, ABORTED, NOT_FINITE on request, and as `evaluate` of the core.
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { dense, meanSquaredError, parameterAt, sequential, sgd, trainState, trainStep } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * const model = sequential([dense({ units: 1, useBias: false, kernelInitializer: 'zeros' })], { inputShape: [1] });
 * const optimizer = sgd();
 * const step = trainStep(model, { loss: meanSquaredError, optimizer, learningRate: 0.25 });
 * const batch = { images: tensor([[1], [1]]), labels: tensor([[2], [2]]) };
 * const { state, loss } = await step(await trainState(model, { optimizer }), batch);
 * await loss.item(); // 4
 * await parameterAt(state.params, 'dense.kernel').data(); // Float32Array [1]
 */
export function trainStep(model: Model, options: TrainStepOptions): TrainStep {
  const op = 'trainStep';
  checkOptions(op, options, ['loss', 'optimizer', 'learningRate', 'metrics', 'frozen', 'donate', 'detectAnomaly']);
  const { frozen = [], donate = true, detectAnomaly = false } = options;
  const schedule = scheduleOf(op, options.learningRate);
  const run = compile(
    (own: Replaced, given: Given) => {
      const { params, state, slots, loss, metrics } = stepOf(model, options, own, given);
      return { params, state, slots, loss, metrics, sound: detectAnomaly ? [isSound(loss, params)] : [] };
    },
    undefined,
    { donate: donate && !detectAnomaly ? [0] : [] },
  );
  const drawsOf = drawer(model);

  const step = async (state: TrainState, batch: Batch, { signal }: StepOptions = {}): Promise<StepResult> => {
    const learningRate = schedule(state.step);
    checkRange(op, 'learningRate', learningRate, 0, Infinity);
    const isFrozen = selectParameters(op, 'frozen', [state.params, state.state], frozen);
    const { own, rest } = splitState(state, isFrozen);
    const inputs = inputsOf(batch);
    const draws = drawsOf(state, inputs, isFrozen);
    const scalars = scalarsOf(learningRate, state);
    try {
      const given = { ...rest, inputs, labels: batch.labels, draws, ...scalars };
      const { params, state: after, slots, loss, metrics, sound } = await (signal ? run.withSignal(signal) : run)(own, given);
      if (sound[0] && !(await sound[0].item())) {
        const build = () => {
          const { loss: again, params: updated } = stepOf(model, options, own, given);
          return [again, ...namedParameters(updated).map(({ tensor }) => tensor)];
        };
        throw await anomalyError(build, namesOf(own, given), state.step + 1);
      }
      if (detectAnomaly && donate) disposeParams(own);
      return { state: nextState(state, params, slots, after), loss, metrics, learningRate };
    } finally {
      for (const tensor of [...draws, ...Object.values(scalars)]) tensor.dispose();
    }
  };
  return Object.assign(step, { programCount: run.programCount, dispose: run.dispose });
}

/** What the tensors of a step are called in messages. */
function namesOf({ params, state }: Replaced, { frozen, frozenState, inputs, labels }: Given): ReadonlyMap<Tensor, string> {
  const trees = [params, frozen, state, frozenState].flatMap((tree) => namedParameters(tree));
  return new Map<Tensor, string>([
    ...inputs.map((input, i) => [input, inputs.length === 1 ? 'images' : `images[${i}]`] as const),
    [labels, 'labels'],
    ...trees.map(({ path, tensor }) => [tensor, path] as const),
  ]);
}

function disposeParams(trees: Replaced): void {
  for (const tree of Object.values(trees) as Replaced['params'][]) for (const { tensor } of namedParameters(tree)) tensor.dispose();
}

export function scheduleOf(op: string, learningRate: number | Schedule): Schedule {
  if (typeof learningRate === 'function') return learningRate;
  checkRange(op, 'learningRate', learningRate, 0, Infinity);
  return constantRate(learningRate);
}
