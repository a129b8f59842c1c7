import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { div } from './div.js';
import { equal } from './equal.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { less } from './less.js';
import { log } from './log.js';
import { log1p } from './log1p.js';
import { neg } from './neg.js';
import { sqrt } from './sqrt.js';
import { square } from './square.js';
import { where } from './where.js';

/** `log(|x| + sqrt(x^2 + 1))` with its 1 taken out, so that small x keep their digits; beyond 4096 the 1 is lost and x^2 may overflow. */
function inverse(x: Tensor): Tensor {
  const a = abs(x);
  const z = square(a);
  const near = log1p(add(a, div(z, add(sqrt(add(z, 1)), 1))));
  const size = where(less(4096, a), add(log(a), Math.LN2), near);
  return where(less(x, 0), neg(size), where(equal(x, 0), x, size));
}

export const asinhScalar: ScalarForm = () => Math.asinh;

export const asinhOp = /* @__PURE__ */ unaryFloat({
  name: 'asinh',
  decompose: ([x]) => inverse(x!),
  scalar: asinhScalar,
});

export const asinhGradient: Gradient = ({ inputs: [x], dy }) => [div(dy, sqrt(add(square(x!), 1)))];

/**
 * The inverse hyperbolic sine, elementwise; float32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/asinh
 */
export const asinh = /* @__PURE__ */ unaryToFloat(asinhOp);
