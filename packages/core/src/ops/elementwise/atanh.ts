import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { div } from './div.js';
import { equal } from './equal.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { less } from './less.js';
import { log1p } from './log1p.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { sub } from './sub.js';
import { where } from './where.js';

/** `log((1 + a) / (1 - a)) / 2` with its 1 taken out, so that small x keep their digits. */
function inverse(x: Tensor): Tensor {
  const a = abs(x);
  const size = mul(log1p(div(mul(a, 2), sub(1, a))), 0.5);
  return where(less(x, 0), neg(size), where(equal(x, 0), x, size));
}

export const atanhScalar: ScalarForm = () => Math.atanh;

export const atanhOp = /* @__PURE__ */ unaryFloat({
  name: 'atanh',
  decompose: ([x]) => inverse(x!),
  scalar: atanhScalar,
});

export const atanhGradient: Gradient = ({ inputs: [x], dy }) => [div(dy, mul(sub(1, x!), add(x!, 1)))];

/**
 * The inverse hyperbolic tangent, elementwise; float32. An infinity at 1 and -1, NaN outside of them.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/atanh
 */
export const atanh = /* @__PURE__ */ unaryToFloat(atanhOp);
