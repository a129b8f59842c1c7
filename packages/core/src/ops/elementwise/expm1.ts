import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { abs } from './abs.js';
import { exp } from './exp.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { less } from './less.js';
import { mul } from './mul.js';
import { polynomial } from './polynomial.js';
import { sub } from './sub.js';
import { where } from './where.js';

/** `(exp(x) - 1) / x` about 0: 1/9!, 1/8!, ... 1/1!. Below 1/2 the rest is under 3e-10. */
const series = [1 / 362880, 1 / 40320, 1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1];

export const expm1Scalar: ScalarForm = () => Math.expm1;

export const expm1Op = /* @__PURE__ */ unaryFloat({
  name: 'expm1',
  decompose: ([x]) => where(less(abs(x!), 0.5), mul(x!, polynomial(x!, series)), sub(exp(x!), 1)),
  scalar: expm1Scalar,
});

export const expm1Gradient: Gradient = ({ inputs: [x], dy }) => [mul(dy, exp(x!))];

/**
 * `exp(x) - 1`, elementwise, without the cancellation near 0; float32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/expm1
 */
export const expm1 = /* @__PURE__ */ unaryToFloat(expm1Op);
