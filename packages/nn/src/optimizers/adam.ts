import { add, div, expm1, maximum, mul, neg, sqrt, square, type Tensor } from '@unfoldjs/core';
import { checkBoolean, checkRange } from '../check.js';
import { checkOptimizerOptions, optimizerOf, zeroSlot, type Optimizer, type OptimizerOptions } from './optimizer.js';

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the mean of gradients. Default: 0.9. */
  readonly beta1?: number | undefined;
  /** Decay of the mean of squared gradients. Default: 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the root that is divided by. Default: 1e-7. */
  readonly epsilon?: number | undefined;
  /** True divides by the largest mean of squares so far (AMSGrad). Default: false. */
  readonly amsgrad?: boolean | undefined;
}

/**
 * Adam: `m = b1 m + (1 - b1) g`, `v = b2 v + (1 - b2) g^2`, `w -= learningRate * mHat / (sqrt(vHat) + epsilon)`, where
 * `mHat = m / (1 - b1^step)` and `vHat = v / (1 - b2^step)`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for options that do not exist or are out of range.
 * @source D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1; names and defaults:
 * https://keras.io/api/optimizers/adam/
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { adam, parameterAt } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * const params = { w: tensor([1]) };
 * const optimizer = adam({ epsilon: 0 });
 * const at = { learningRate: tensor(0.25), step: tensor(1) };
 * const next = optimizer.update({ w: tensor([8]) }, optimizer.init(params), params, at);
 * (await parameterAt(next.params, 'w').data())[0].toFixed(3); // => '0.750'
 */
export const adam = (options: AdamOptions = {}): Optimizer => adamOf('adam', options);

/**
 * Adam with decoupled weight decay, 0.004 by default: {@link adam} with `w -= learningRate * weightDecay * w` before each update.
 *
 * @throws {UnfoldError} as `adam`.
 * @source I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019; https://keras.io/api/optimizers/adamw/
 */
export const adamW = (options: AdamOptions = {}): Optimizer => adamOf('adamW', { ...options, weightDecay: options.weightDecay ?? 0.004 });

function adamOf(kind: string, options: AdamOptions): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false } = options;
  checkOptimizerOptions(kind, options, { beta1, beta2 }, ['epsilon', 'amsgrad']);
  checkRange(kind, 'epsilon', epsilon, 0, Infinity);
  checkBoolean(kind, 'amsgrad', amsgrad);
  return optimizerOf(
    {
      kind,
      slotNames: amsgrad ? ['m', 'v', 'vMax'] : ['m', 'v'],
      zero: zeroSlot,
      prepare({ learningRate, step }) {
        // Both corrections are scalars of the program: one factor for m, one for v.
        const scale = div(learningRate, oneMinusPower(beta1, step));
        const correction = oneMinusPower(beta2, step);
        return (gradient, slots) => {
          const m = add(mul(slots.m!, beta1), mul(gradient, 1 - beta1));
          const v = add(mul(slots.v!, beta2), mul(square(gradient), 1 - beta2));
          const vMax = amsgrad ? maximum(slots.vMax!, v) : null;
          const root = sqrt(div(vMax ?? v, correction));
          return { delta: div(mul(m, scale), add(root, epsilon)), slots: vMax ? { m, v, vMax } : { m, v } };
        };
      },
    },
    options,
  );
}

/** `1 - base^step`, by expm1: the difference itself would lose the digits of a base near 1. */
const oneMinusPower = (base: number, step: Tensor): Tensor | number => (base === 0 ? 1 : neg(expm1(mul(step, Math.log(base)))));
