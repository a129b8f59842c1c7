import type { Tensor } from '../../tensor/tensor.js';
import { add } from './add.js';
import { mul } from './mul.js';

/** `c[0] x^n + c[1] x^(n-1) + ... + c[n]` by Horner's rule. */
export const polynomial = (x: Tensor, [first, ...rest]: readonly number[]): Tensor =>
  rest.reduce<Tensor>((sum, coefficient, i) => add(i === 0 ? mul(x, first!) : mul(sum, x), coefficient), x);
