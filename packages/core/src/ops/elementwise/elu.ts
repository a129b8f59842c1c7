import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import type { TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { exp } from './exp.js';
import { expm1 } from './expm1.js';
import { unaryFloat, unaryWithOptions } from './families.js';
import { less } from './less.js';
import { minimum } from './minimum.js';
import { mul } from './mul.js';
import { where } from './where.js';

export interface EluOptions {
  /** The limit for large negative elements is `-alpha`. Default: 1. */
  readonly alpha?: number;
}

type EluAttrs = { alpha: number };

export const eluScalar: ScalarForm<EluAttrs> = ({ alpha }) => (x) => (x < 0 ? alpha * Math.expm1(x) : x);

export const eluOp = /* @__PURE__ */ unaryFloat<EluAttrs>({
  name: 'elu',
  decompose: ([x], { alpha }) => where(less(x!, 0), mul(expm1(x!), alpha), x!),
  scalar: eluScalar,
});

// The smaller of x and 0: what is not chosen must not overflow, for the sake of its own derivative.
export const eluGradient: Gradient<EluAttrs> = ({ inputs: [x], attrs: { alpha }, dy }) => [mul(dy, where(less(x!, 0), mul(exp(minimum(x!, 0)), alpha), 1))];

/**
 * The exponential linear unit, elementwise: `x` from 0 up, `alpha * (exp(x) - 1)` below; float32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an unknown option or one that is no number.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/elu
 */
export const elu: (x: TensorLike, options?: EluOptions) => Tensor = /* @__PURE__ */ unaryWithOptions(eluOp, { alpha: 1 });
