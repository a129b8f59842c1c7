import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { div } from './div.js';
import { exp } from './exp.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { less } from './less.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { sub } from './sub.js';
import { where } from './where.js';

/** With `e = exp(-|x|)`, which never overflows: 1 / (1 + e) from 0 up, e / (1 + e) below. */
function logistic(x: Tensor): Tensor {
  const e = exp(neg(abs(x)));
  return div(where(less(x, 0), e, 1), add(e, 1));
}

export const sigmoidScalar: ScalarForm = () => (x) => 1 / (1 + Math.exp(-x));

export const sigmoidOp = /* @__PURE__ */ unaryFloat({
  name: 'sigmoid',
  decompose: ([x]) => logistic(x!),
  scalar: sigmoidScalar,
});

export const sigmoidGradient: Gradient = ({ output, dy }) => [mul(dy, mul(output, sub(1, output)))];

/**
 * `1 / (1 + exp(-x))`, elementwise; float32, from 0 to 1.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/sigmoid
 */
export const sigmoid = /* @__PURE__ */ unaryToFloat(sigmoidOp);
