import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { equal } from './equal.js';
import { binary, binaryArithmetic } from './families.js';
import { less } from './less.js';
import { log } from './log.js';
import { mul } from './mul.js';
import { sub } from './sub.js';
import { where } from './where.js';

/** Squares and multiplies modulo 2^32; a negative power is 1, -1 or a fraction, which truncates to 0 (as do the infinities of 0). */
function integerPower(base: number, exponent: number): number {
  if (exponent < 0) return Math.abs(base) === 1 ? Math.pow(base, exponent) : 0;
  let result = 1;
  for (let factor = base, rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, factor);
    factor = Math.imul(factor, factor);
  }
  return result;
}

export const powScalar: ScalarForm = (_, dtype) => (dtype === 'int32' ? integerPower : Math.pow);

export const powOp = /* @__PURE__ */ binaryArithmetic({ name: 'pow', scalar: powScalar });

export const powGradient: Gradient = ({ inputs: [a, b], output, dy }) => {
  // 0 * 0^-1 would be NaN: any power of 0 serves where the exponent, and with it the slope, is 0.
  const power = where(equal(b!, 0), where(equal(a!, 0), 1, b!), b!);
  // As in TensorFlow, the exponent has no slope where the base has no logarithm.
  return [mul(dy, mul(b!, pow(a!, sub(power, 1)))), mul(dy, mul(output, log(where(less(0, a!), a!, 1))))];
};

/**
 * `a` to the power `b`, elementwise with broadcasting. float32 is NaN wherever `b` is NaN, where `a` is negative and `b` a fraction,
 * and where `a` is 1 or -1 and `b` infinite (as in JavaScript). int32 multiplies and wraps; a negative power is truncated to int32.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/pow
 */
export const pow = /* @__PURE__ */ binary(powOp);
