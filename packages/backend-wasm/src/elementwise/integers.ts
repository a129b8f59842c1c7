import type { FunctionBuilder, Local } from '../emit/function-builder.js';

// int32 arithmetic that the vector instructions lack. Arguments are read from locals and not written.

/**
 * floor(a / b), 0 where b is 0. Doubles hold the quotients well enough: no fraction of two int32 is so near to a whole number that it
 * is rounded to it.
 */
export function floorDiv(code: FunctionBuilder, a: Local, b: Local): void {
  const half = (lanes: readonly [number, number, number, number]): void => {
    for (const one of [a, b]) code.get(one).get(one).shuffle(...lanes).op('f64x2.convert_low_i32x4_s');
    code.op('f64x2.div').op('f64x2.floor').op('i32x4.trunc_sat_f64x2_s_zero');
  };
  // The quotient by -1 is the one that overflows.
  code.get(a).op('i32x4.neg');
  half([0, 1, 0, 1]);
  half([2, 3, 2, 3]);
  code.shuffle(0, 1, 4, 5).get(b).integers(-1).op('i32x4.eq').op('v128.bitselect');
  code.get(b).integers(0).op('i32x4.ne').op('v128.and');
}

/** The remainder with the sign of the divisor, 0 where that is 0. */
export function floorMod(code: FunctionBuilder, a: Local, b: Local): void {
  code.get(a);
  floorDiv(code, a, b);
  code.get(b).op('i32x4.mul').op('i32x4.sub').get(b).integers(0).op('i32x4.ne').op('v128.and');
}

/** A float to int32: truncated, modulo 2^32; 0 for NaN and infinities. From 2^31 on floats are multiples of 256: their remainders are exact. */
export function toInt32(code: FunctionBuilder, x: Local): void {
  code.get(x).op('i32x4.trunc_sat_f32x4_s');
  code.get(x).get(x).floats(2 ** -32).op('f32x4.mul').op('f32x4.floor').floats(2 ** 32).op('f32x4.mul').op('f32x4.sub').op('i32x4.trunc_sat_f32x4_u');
  code.get(x).op('f32x4.abs').floats(2 ** 31).op('f32x4.lt').op('v128.bitselect');
}

/** base^exponent modulo 2^32, by squares; a negative power of 1 or -1 is that of its lowest digit, of others 0. */
export function integerPower(code: FunctionBuilder, base: Local, exponent: Local): void {
  const [result, factor, rest] = code.locals('v128', 3) as [Local, Local, Local];
  code.integers(1).set(result).get(base).set(factor).get(exponent).set(rest);
  code.times(32, () => {
    code.get(result).get(factor).op('i32x4.mul').get(result).get(rest).integers(1).op('v128.and').integers(0).op('i32x4.ne').op('v128.bitselect').set(result);
    code.get(factor).get(factor).op('i32x4.mul').set(factor).get(rest).i32(1).op('i32x4.shr_u').set(rest);
  });
  code.get(result).get(exponent).integers(0).op('i32x4.lt_s').op('v128.not');
  for (const unit of [1, -1]) code.get(base).integers(unit).op('i32x4.eq').op('v128.or');
  code.op('v128.and');
}
