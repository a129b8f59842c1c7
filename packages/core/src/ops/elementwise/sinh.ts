import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs } from './abs.js';
import { cosh } from './cosh.js';
import { div } from './div.js';
import { exp } from './exp.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { less } from './less.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { polynomial } from './polynomial.js';
import { square } from './square.js';
import { sub } from './sub.js';
import { where } from './where.js';

/** `sinh(x) / x` in powers of x^2: 1/11!, 1/9!, ... 1/1!. Below 1 the rest is under 2e-10. */
const series = [1 / 39916800, 1 / 362880, 1 / 5040, 1 / 120, 1 / 6, 1];

/** From 1 up `(e^2 - e^-2) / 2` with `e = exp(|x| / 2)`, so that it overflows no earlier than the result does. */
function hyperbolicSine(x: Tensor): Tensor {
  const e = exp(mul(abs(x), 0.5));
  const large = sub(mul(mul(e, 0.5), e), div(0.5, square(e)));
  return where(less(abs(x), 1), mul(x, polynomial(square(x), series)), where(less(x, 0), neg(large), large));
}

export const sinhScalar: ScalarForm = () => Math.sinh;

export const sinhOp = /* @__PURE__ */ unaryFloat({
  name: 'sinh',
  decompose: ([x]) => hyperbolicSine(x!),
  scalar: sinhScalar,
});

export const sinhGradient: Gradient = ({ inputs: [x], dy }) => [mul(dy, cosh(x!))];

/**
 * The hyperbolic sine, elementwise; float32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/sinh
 */
export const sinh = /* @__PURE__ */ unaryToFloat(sinhOp);
