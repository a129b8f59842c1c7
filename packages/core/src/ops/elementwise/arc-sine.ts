import type { Tensor } from '../../tensor/tensor.js';
import { add } from './add.js';
import { mul } from './mul.js';
import { polynomial } from './polynomial.js';
import { sqrt } from './sqrt.js';
import { square } from './square.js';
import { sub } from './sub.js';

const coefficients = [4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1];

/**
 * The arc sine of |x| <= 1/2. Larger ones go by `asin(x) = pi/2 - 2 asin(sqrt((1 - x) / 2))`.
 *
 * @source S. L. Moshier, Cephes Mathematical Library, asinf.c
 */
export function arcSineOfSmall(x: Tensor): Tensor {
  const z = square(x);
  return add(mul(mul(polynomial(z, coefficients), z), x), x);
}

/** `sqrt(1 - x^2)`, to the last digits near 1 as well. */
export const cosineOfArcSine = (x: Tensor): Tensor => sqrt(mul(sub(1, x), add(x, 1)));
