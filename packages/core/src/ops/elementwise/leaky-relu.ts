import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import type { TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { unaryFloat, unaryWithOptions } from './families.js';
import { side } from './kinks.js';
import { less } from './less.js';
import { mul } from './mul.js';
import { where } from './where.js';

export interface LeakyReluOptions {
  /** The slope below 0. Default: 0.2. */
  readonly alpha?: number;
}

type LeakyReluAttrs = { alpha: number };

export const leakyReluScalar: ScalarForm<LeakyReluAttrs> = ({ alpha }) => (x) => (x < 0 ? alpha * x : x);

export const leakyReluOp = /* @__PURE__ */ unaryFloat<LeakyReluAttrs>({
  name: 'leakyRelu',
  decompose: ([x], { alpha }) => where(less(x!, 0), mul(x!, alpha), x!),
  scalar: leakyReluScalar,
});

export const leakyReluGradient: Gradient<LeakyReluAttrs> = ({ inputs: [x], attrs: { alpha }, dy }) => [side(less(0, x!), dy, mul(dy, alpha))];

/**
 * `x` from 0 up, `alpha * x` below, elementwise; float32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an unknown option or one that is no number.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/leaky_relu
 */
export const leakyRelu: (x: TensorLike, options?: LeakyReluOptions) => Tensor = /* @__PURE__ */ unaryWithOptions(leakyReluOp, { alpha: 0.2 });
