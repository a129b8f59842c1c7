import { add, div, mul, sqrt, square, sub } from '@unfoldjs/core';
import { checkBoolean, checkRange } from '../check.js';
import { checkOptimizerOptions, optimizerOf, zeroSlot, type Optimizer, type OptimizerOptions } from './optimizer.js';

export interface RmspropOptions extends OptimizerOptions {
  /** Decay of the mean of squared gradients. Default: 0.9. */
  readonly rho?: number | undefined;
  /** The part of the last update that goes on, 0 to 1. Default: 0. */
  readonly momentum?: number | undefined;
  /** Added to the mean of squares inside of the root. Default: 1e-7. */
  readonly epsilon?: number | undefined;
  /** True divides by the deviation of the gradients, not their size. Default: false. */
  readonly centered?: boolean | undefined;
}

/**
 * RMSprop: `v = rho v + (1 - rho) g^2`, `w -= learningRate * g / sqrt(v + epsilon)`. With `centered` the square of the mean gradient
 * is taken from `v`; with momentum the update is `momentum` times the last one more.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for options that do not exist or are out of range.
 * @source G. Hinton, "Neural networks for machine learning", lecture 6e; https://keras.io/api/optimizers/rmsprop/
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { parameterAt, rmsprop } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * const params = { w: tensor([1]) };
 * const optimizer = rmsprop({ rho: 0.75, epsilon: 0 });
 * const at = { learningRate: tensor(0.25), step: tensor(1) };
 * const next = optimizer.update({ w: tensor([8]) }, optimizer.init(params), params, at);
 * await parameterAt(next.params, 'w').item(); // 0.5
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = options;
  checkOptimizerOptions('rmsprop', options, { rho, momentum }, ['epsilon', 'centered']);
  checkRange('rmsprop', 'epsilon', epsilon, 0, Infinity);
  checkBoolean('rmsprop', 'centered', centered);
  return optimizerOf(
    {
      kind: 'rmsprop',
      slotNames: ['v', ...(centered ? ['mean'] : []), ...(momentum > 0 ? ['momentum'] : [])],
      zero: zeroSlot,
      prepare: ({ learningRate }) => (gradient, slots) => {
        const v = add(mul(slots.v!, rho), mul(square(gradient), 1 - rho));
        const mean = slots.mean ? add(mul(slots.mean, rho), mul(gradient, 1 - rho)) : null;
        const spread = mean ? sub(v, square(mean)) : v;
        const step = div(mul(gradient, learningRate), sqrt(add(spread, epsilon)));
        const delta = slots.momentum ? add(mul(slots.momentum, momentum), step) : step;
        return { delta, slots: { v, ...(mean && { mean }), ...(slots.momentum && { momentum: delta }) } };
      },
    },
    options,
  );
}
