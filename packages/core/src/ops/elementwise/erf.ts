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
import { polynomial } from './polynomial.js';
import { square } from './square.js';
import { sub } from './sub.js';
import { where } from './where.js';

/** `1 - erf(x)` from 3 up, to double precision: the continued fraction of Laplace, from its tail. */
function tail(x: number): number {
  let fraction = x;
  for (let k = 60; k > 0; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
}

/** `erf(x)` for |x| < 3, to double precision: a series of positive terms. */
function center(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/**
 * `1 - erf(x)` on plain numbers, with full relative precision in the upper tail.
 *
 * @source Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.6 and 7.1.14
 */
export function complementaryError(x: number): number {
  if (x >= 3) return tail(x);
  return x <= -3 ? 2 - tail(-x) : 1 - center(x);
}

export const erfScalar: ScalarForm = () => (x) => (Math.abs(x) < 3 ? center(x) : x > 0 ? 1 - tail(x) : tail(-x) - 1);

/** `erf(x) / x` in powers of x^2, for |x| < 1. */
const nearCoefficients = [7.853861353153693e-5, -8.010193625184903e-4, 5.188327685732524e-3, -2.685381193529856e-2, 1.128358514861418e-1, -3.76126258242330e-1, 1.12837916572671];

/** Chebyshev fit of `log(erfc(x) / t) + x^2` in `t = 1 / (1 + x / 2)`, relative error 1.2e-7 for all x >= 0. */
const farCoefficients = [0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223];

/**
 * `erf(x)` for |x| < 1 and `1 - erf(|x|)`, in primitives. Each is right where the other loses digits.
 *
 * @source S. L. Moshier, Cephes Mathematical Library, ndtrf.c (near); Press et al., Numerical Recipes, erfcc (far)
 */
export function errorFunctionParts(x: Tensor): { near: Tensor; far: Tensor } {
  const t = div(1, add(mul(abs(x), 0.5), 1));
  return {
    near: mul(x, polynomial(square(x), nearCoefficients)),
    far: mul(t, exp(sub(polynomial(t, farCoefficients), square(x)))),
  };
}

function errorFunction(x: Tensor): Tensor {
  const { near, far } = errorFunctionParts(x);
  return where(less(abs(x), 1), near, where(less(x, 0), sub(far, 1), sub(1, far)));
}

export const erfOp = /* @__PURE__ */ unaryFloat({
  name: 'erf',
  decompose: ([x]) => errorFunction(x!),
  scalar: erfScalar,
});

export const erfGradient: Gradient = ({ inputs: [x], dy }) => [mul(mul(dy, 2 / Math.sqrt(Math.PI)), exp(neg(square(x!))))];

/**
 * The error function, elementwise, within 2e-7; float32, from -1 to 1.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/erf
 */
export const erf = /* @__PURE__ */ unaryToFloat(erfOp);
