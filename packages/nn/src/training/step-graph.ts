import { scalar, type Tensor } from '@unfoldjs/core';
import { selectParameters } from '../params.js';
import type { Model, Params } from '../types.js';
import { inputsOf, type Batch } from './batch.js';
import { drawer } from './random-inputs.js';
import type { TrainState } from './state.js';
import { splitState, stepOf } from './step-parts.js';
import { scheduleOf, type TrainStepOptions } from './train-step.js';

/** What one step of training computes: the loss, the metrics, and what takes the place of the old state. */
export type StepGraph = {
  readonly loss: Tensor;
  readonly metrics: { readonly [name: string]: Tensor };
  readonly params: Params;
  readonly state: Params;
  readonly optimizer: Params;
};

/**
 * One step of training without running it: lazy tensors, for `explain`. Forward pass, backward pass and update are one graph.
 *
 * @throws {UnfoldError} as `trainStep` and its step.
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { explain } from '@unfoldjs/core/explain';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { dense, meanSquaredError, sequential, sgd, stepGraph, trainState } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * const model = sequential([dense({ units: 1 })], { inputShape: [2] });
 * const options = { loss: meanSquaredError, optimizer: sgd(), learningRate: 0.1 };
 * const batch = { images: tensor([[1, 2]]), labels: tensor([[3]]) };
 * const explanation = await explain(stepGraph(model, options, await trainState(model, { optimizer: options.optimizer }), batch));
 * explanation.outputs; // => ['float32[]', 'float32[2, 1]', 'float32[1]']
 */
export function stepGraph(model: Model, options: Pick<TrainStepOptions, 'loss' | 'optimizer' | 'learningRate' | 'metrics' | 'frozen'>, state: TrainState, batch: Batch): StepGraph {
  const isFrozen = selectParameters('stepGraph', 'frozen', [state.params, state.state], options.frozen ?? []);
  const { own, rest } = splitState(state, isFrozen);
  const inputs = inputsOf(batch);
  const draws = drawer(model)(state, inputs, isFrozen);
  const learningRate = scalar(scheduleOf('stepGraph', options.learningRate)(state.step));
  const { loss, metrics, params, state: after, slots } = stepOf(model, options, own, { ...rest, inputs, labels: batch.labels, draws, learningRate, step: scalar(state.step + 1) });
  return { loss, metrics, params, state: after, optimizer: slots };
}
