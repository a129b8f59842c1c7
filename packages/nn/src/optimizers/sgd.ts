import { add, mul } from '@unfoldjs/core';
import { checkBoolean } from '../check.js';
import { checkOptimizerOptions, optimizerOf, zeroSlot, type Optimizer, type OptimizerOptions } from './optimizer.js';

export interface SgdOptions extends OptimizerOptions {
  /** The part of the last update that goes on, 0 to 1. Default: 0. */
  readonly momentum?: number | undefined;
  /** True takes the gradient's step from where the momentum leads. Default: false. */
  readonly nesterov?: boolean | undefined;
}

/**
 * Stochastic gradient descent: `w -= learningRate * g`. With momentum `v = momentum * v - learningRate * g; w += v`, or
 * `w += momentum * v - learningRate * g` (nesterov).
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for options that do not exist or are out of range.
 * @source https://keras.io/api/optimizers/sgd/
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { parameterAt, sgd } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * const params = { w: tensor([1, 2]) };
 * const optimizer = sgd();
 * const at = { learningRate: tensor(0.5), step: tensor(1) };
 * const next = optimizer.update({ w: tensor([2, 2]) }, optimizer.init(params), params, at);
 * await parameterAt(next.params, 'w').data(); // Float32Array [0, 1]
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { momentum = 0, nesterov = false } = options;
  checkOptimizerOptions('sgd', options, { momentum }, ['nesterov']);
  checkBoolean('sgd', 'nesterov', nesterov);
  return optimizerOf(
    {
      kind: 'sgd',
      slotNames: momentum > 0 ? ['momentum'] : [],
      zero: zeroSlot,
      prepare: ({ learningRate }) => (gradient, { momentum: last }) => {
        const step = mul(gradient, learningRate);
        if (!last) return { delta: step, slots: {} };
        // Kept with the sign of the gradient: the negative of the velocity of the formulas above.
        const velocity = add(mul(last, momentum), step);
        return { delta: nesterov ? add(mul(velocity, momentum), step) : velocity, slots: { momentum: velocity } };
      },
    },
    options,
  );
}
