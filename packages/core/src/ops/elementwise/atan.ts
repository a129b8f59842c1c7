import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { div } from './div.js';
import { equal } from './equal.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { less } from './less.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { polynomial } from './polynomial.js';
import { square } from './square.js';
import { sub } from './sub.js';
import { where } from './where.js';

const coefficients = [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1];

/** Beyond tan(3 pi/8) the angle is pi/2 + atan(-1/x), beyond tan(pi/8) it is pi/4 + atan((x - 1)/(x + 1)); between, a polynomial. */
function arcTangent(x: Tensor): Tensor {
  const a = abs(x);
  const isLarge = less(2.414213562373095, a);
  const isMiddle = less(0.4142135623730951, a);
  const reduced = where(isLarge, div(-1, a), where(isMiddle, div(sub(a, 1), add(a, 1)), a));
  const base = where(isLarge, Math.PI / 2, where(isMiddle, Math.PI / 4, 0));
  const z = square(reduced);
  const angle = add(base, add(mul(mul(polynomial(z, coefficients), z), reduced), reduced));
  return where(less(x, 0), neg(angle), where(equal(x, 0), x, angle));
}

export const atanScalar: ScalarForm = () => Math.atan;

export const atanOp = /* @__PURE__ */ unaryFloat({
  name: 'atan',
  decompose: ([x]) => arcTangent(x!),
  scalar: atanScalar,
});

export const atanGradient: Gradient = ({ inputs: [x], dy }) => [div(dy, add(square(x!), 1))];

/**
 * The angle in radians whose tangent is `x`, elementwise; float32, from -pi/2 to pi/2.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/atan
 * @source S. L. Moshier, Cephes Mathematical Library, atanf.c (the polynomial and its three ranges)
 */
export const atan = /* @__PURE__ */ unaryToFloat(atanOp);
