import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import { joinHalves, seriesTerm, widen } from './doubles.js';
import { polynomial, splitFloat } from './functions.js';

/** Terms of log2(m) = s (c0 + c1 s^2 + ...), s = (m - 1) / (m + 1), for m in [sqrt(1/2), sqrt(2)): what follows them is below 2^-45 of the first. */
const logTerms = (): number[] => Array.from({ length: 9 }, (_, k) => 2 / (Math.LN2 * (2 * k + 1)));

/** Terms of 2^f for |f| <= 1/2. */
const powerTerms = (): number[] => Array.from({ length: 13 }, (_, k) => seriesTerm(Math.LN2, k));

/**
 * x^y = 2^(y log2 |x|) of four floats, in doubles, so that whole powers that fit are exact; special values are those of `Math.pow`.
 * Arguments are read from locals and not written.
 */
export function pow(code: FunctionBuilder, x: Local, y: Local): void {
  const [size, isWhole, result] = code.locals('v128', 3) as [Local, Local, Local];
  code.get(x).op('f32x4.abs').set(size);
  const { mantissa, exponent } = splitFloat(code, size);
  // The logarithms of 0, infinity and NaN.
  code.floats(-Infinity).get(exponent).get(size).floats(0).op('f32x4.eq').op('v128.bitselect').set(exponent);
  code.get(exponent).get(size).get(size).floats(Infinity).op('f32x4.lt').op('v128.bitselect').set(exponent);

  const [m, s, square, t, n] = code.locals('v128', 5) as [Local, Local, Local, Local, Local];
  const half = (which: 'low' | 'high'): Local => {
    const power = code.local('v128');
    widen(code, mantissa, which);
    code.set(m).get(m).doubles(1).op('f64x2.sub').get(m).doubles(1).op('f64x2.add').op('f64x2.div').set(s);
    code.get(s).get(s).op('f64x2.mul').set(square);
    polynomial(code, square, logTerms(), 'f64x2');
    code.get(s).op('f64x2.mul');
    widen(code, exponent, which);
    code.op('f64x2.add');
    widen(code, y, which);
    // Beyond these bounds a float is infinite, or 0.
    code.op('f64x2.mul').doubles(-200).op('f64x2.max').doubles(200).op('f64x2.min').set(t);
    code.get(t).op('f64x2.nearest').set(n);
    code.get(t).get(n).op('f64x2.sub').set(s);
    polynomial(code, s, powerTerms(), 'f64x2');
    code.integers(0).get(n).op('i32x4.trunc_sat_f64x2_s_zero').integers(1023).op('i32x4.add').i32(20).op('i32x4.shl').shuffle(0, 4, 0, 5);
    code.op('f64x2.mul').op('f32x4.demote_f64x2_zero').set(power);
    return power;
  };
  joinHalves(code, half('low'), half('high'));
  code.set(result);

  code.get(y).op('f32x4.floor').get(y).op('f32x4.eq').set(isWhole);
  // An odd power has the sign of x.
  code.get(result).get(x).floats(-0).op('v128.and').get(isWhole).op('v128.and').get(y).floats(0.5).op('f32x4.mul').op('f32x4.floor').floats(2).op('f32x4.mul').get(y).op('f32x4.ne').op('v128.and').op('v128.or');
  // A broken power of a finite number below 0 is NaN, as all ones are.
  code.get(x).floats(0).op('f32x4.lt').get(size).floats(Infinity).op('f32x4.lt').op('v128.and').get(isWhole).op('v128.not').op('v128.and').op('v128.or').set(result);
  code.floats(1).get(result).get(y).floats(0).op('f32x4.eq').op('v128.bitselect');
}
