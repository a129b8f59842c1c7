import { compile, type Tensor } from '@unfoldjs/core';
import { checkOptions, checkRange } from '../check.js';
import { selectParameters } from '../params.js';
import type { Model, Params } from '../types.js';
import { inputsOf, type Batch } from './batch.js';
import { drawer } from './random-inputs.js';
import type { TrainState } from './state.js';
import { gradientOf, nextState, scalarsOf, splitState, updateOf, withParts, type Given, type Replaced } from './step-parts.js';
import { scheduleOf, type StepOptions, type TrainStepOptions } from './train-step.js';

export interface GradientResult {
  /** Of the loss, a tree of the form of the parameters, without those that are frozen. */
  readonly gradient: Params;
  /** What layers keep beside, after the batch: moving statistics. */
  readonly state: Params;
  /** A scalar. */
  readonly loss: Tensor;
  readonly metrics: { readonly [name: string]: Tensor };
}

export interface GradientStep {
  (state: Omit<TrainState, 'optimizer'>, batch: Batch, options?: StepOptions): Promise<GradientResult>;
  /** Frees the programs. */
  dispose(): void;
}

/**
 * The first half of a step of training as one program: the gradient, without an update. Halves that are computed apart, the gradients
 * averaged in between, are how several machines take one step: see {@link updateStep}. The state stays as it is.
 *
 * @throws {UnfoldError} as {@link trainStep}.
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { dense, gradientStep, meanSquaredError, parameterAt, sequential, sgd, trainState, updateStep } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * const model = sequential([dense({ units: 1, useBias: false, kernelInitializer: 'zeros' })], { inputShape: [1] });
 * const optimizer = sgd();
 * const before = await trainState(model, { optimizer });
 * const { gradient, state } = await gradientStep(model, { loss: meanSquaredError })(before, { images: tensor([[1], [1]]), labels: tensor([[2], [2]]) });
 * await parameterAt(gradient, 'dense.kernel').data(); // Float32Array [-4]
 * const after = await updateStep({ optimizer, learningRate: 0.25 })(before, gradient, state);
 * await parameterAt(after.params, 'dense.kernel').data(); // Float32Array [1]
 */
export function gradientStep(model: Model, options: Pick<TrainStepOptions, 'loss' | 'metrics' | 'frozen'>): GradientStep {
  checkOptions('gradientStep', options, ['loss', 'metrics', 'frozen']);
  const run = compile((own: Omit<Replaced, 'slots'>, given: Omit<Given, 'frozenSlots' | 'learningRate' | 'step'>) => gradientOf(model, options, own, given));
  const drawsOf = drawer(model);
  const step = async (stateWithoutSlots: Omit<TrainState, 'optimizer'>, batch: Batch, { signal }: StepOptions = {}): Promise<GradientResult> => {
    const state = { ...stateWithoutSlots, optimizer: {} };
    const isFrozen = selectParameters('gradientStep', 'frozen', [state.params, state.state], options.frozen ?? []);
    const { own, rest } = splitState(state, isFrozen);
    const inputs = inputsOf(batch);
    const draws = drawsOf(state, inputs, isFrozen);
    try {
      const given = { frozen: rest.frozen, frozenState: rest.frozenState, inputs, labels: batch.labels, draws };
      const result = await (signal ? run.withSignal(signal) : run)({ params: own.params, state: own.state }, given);
      return { ...result, state: withParts(state.state, result.state) };
    } finally {
      for (const tensor of draws) tensor.dispose();
    }
  };
  return Object.assign(step, { dispose: run.dispose });
}

export interface UpdateStep {
  /** The state after an update by `gradient`, with the moving statistics given, or those it had. */
  (state: TrainState, gradient: Params, moving?: Params): Promise<TrainState>;
  /** Frees the programs. */
  dispose(): void;
}

/**
 * The second half of a step: the optimizer's update by a gradient that came from elsewhere. The memory of the old parameters and slots
 * is given to the new ones: the old state cannot be used again.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for bad options; as `evaluate` of the core.
 */
export function updateStep(options: Pick<TrainStepOptions, 'optimizer' | 'learningRate' | 'frozen'>): UpdateStep {
  const op = 'updateStep';
  checkOptions(op, options, ['optimizer', 'learningRate', 'frozen']);
  const schedule = scheduleOf(op, options.learningRate);
  const run = compile(
    (own: Pick<Replaced, 'params' | 'slots'>, gradient: Params, given: Pick<Given, 'frozen' | 'frozenSlots' | 'learningRate' | 'step'>) => updateOf(options.optimizer, gradient, own, given),
    undefined,
    { donate: [0] },
  );
  const step = async (state: TrainState, gradient: Params, moving: Params = state.state): Promise<TrainState> => {
    const learningRate = schedule(state.step);
    checkRange(op, 'learningRate', learningRate, 0, Infinity);
    const isFrozen = selectParameters(op, 'frozen', [state.params, state.state], options.frozen ?? []);
    const { own, rest } = splitState(state, isFrozen);
    const scalars = scalarsOf(learningRate, state);
    try {
      const given = { frozen: rest.frozen, frozenSlots: rest.frozenSlots, ...scalars };
      const { params, slots } = await run({ params: own.params, slots: own.slots }, gradient, given);
      return nextState(state, params, slots, moving);
    } finally {
      for (const tensor of Object.values(scalars)) tensor.dispose();
    }
  };
  return Object.assign(step, { dispose: run.dispose });
}
