import type { FunctionBuilder, Local } from '../emit/function-builder.js';

// Functions of four floats at a time, within 4 units of the last place. The argument is read from a local and not written.

/** Leaves `sum of coefficients[i] * x^i` on the stack, of floats or doubles. */
export function polynomial(code: FunctionBuilder, x: Local, coefficients: readonly number[], lanes: 'f32x4' | 'f64x2' = 'f32x4'): void {
  const push = (value: number): FunctionBuilder => (lanes === 'f32x4' ? code.floats(value) : code.doubles(value));
  push(coefficients.at(-1)!);
  for (const coefficient of coefficients.slice(0, -1).reverse()) {
    code.get(x).op(`${lanes}.mul`);
    push(coefficient).op(`${lanes}.add`);
  }
}

/** A positive, finite float as m 2^n, m in [sqrt(1/2), sqrt(2)). */
export function splitFloat(code: FunctionBuilder, x: Local): { readonly mantissa: Local; readonly exponent: Local } {
  const [scaled, tiny, exponent, mantissa, small] = code.locals('v128', 5) as [Local, Local, Local, Local, Local];
  code.get(x).floats(2 ** -126).op('f32x4.lt').set(tiny);
  code.get(x).floats(2 ** 24).op('f32x4.mul').get(x).get(tiny).op('v128.bitselect').set(scaled);
  // The mantissa in [1/2, 1), its exponent beside it.
  code.get(scaled).i32(23).op('i32x4.shr_u').integers(126).op('i32x4.sub').op('f32x4.convert_i32x4_s').set(exponent);
  code.get(exponent).get(tiny).floats(24).op('v128.and').op('f32x4.sub').set(exponent);
  code.get(scaled).integers(0x007fffff).op('v128.and').floats(0.5).op('v128.or').set(mantissa);
  code.get(mantissa).floats(Math.SQRT1_2).op('f32x4.lt').set(small);
  code.get(exponent).get(small).floats(1).op('v128.and').op('f32x4.sub').set(exponent);
  code.get(mantissa).get(mantissa).get(small).op('v128.and').op('f32x4.add').set(mantissa);
  return { mantissa, exponent };
}

/** log 2 in two parts, so that n times the first is exact for every exponent n. @source https://www.netlib.org/cephes/ (expf) */
const [log2High, log2Low] = [0.693359375, -2.12194440e-4];

/**
 * exp(x) = 2^n exp(r), |r| <= log(2)/2. The power of two is applied in two halves, so that results below 2^-126 are rounded once and
 * those beyond 2^128 become infinite.
 */
export function exp(code: FunctionBuilder, x: Local): void {
  const [bounded, n, rest, power, half] = code.locals('v128', 5) as [Local, Local, Local, Local, Local];
  code.get(x).floats(-105).op('f32x4.max').floats(90).op('f32x4.min').set(bounded);
  code.get(bounded).floats(Math.LOG2E).op('f32x4.mul').op('f32x4.nearest').set(n);
  code.get(bounded).get(n).floats(log2High).op('f32x4.mul').op('f32x4.sub').get(n).floats(log2Low).op('f32x4.mul').op('f32x4.sub').set(rest);
  code.get(n).op('i32x4.trunc_sat_f32x4_s').set(power);
  code.get(power).i32(1).op('i32x4.shr_s').set(half);
  polynomial(code, rest, [1, 1, 1 / 2, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.9875691500e-4]);
  const scale = (exponent: () => unknown): void => {
    exponent();
    code.integers(127).op('i32x4.add').i32(23).op('i32x4.shl').op('f32x4.mul');
  };
  scale(() => code.get(half));
  scale(() => code.get(power).get(half).op('i32x4.sub'));
}

/** log(x) = n log 2 + log(m), m in [sqrt(1/2), sqrt(2)). NaN below 0, -Infinity at 0. @source https://www.netlib.org/cephes/ (logf) */
export function log(code: FunctionBuilder, x: Local): void {
  const { mantissa, exponent } = splitFloat(code, x);
  const [square, result] = code.locals('v128', 2) as [Local, Local];
  code.get(mantissa).floats(1).op('f32x4.sub').set(mantissa);
  code.get(mantissa).get(mantissa).op('f32x4.mul').set(square);
  polynomial(code, mantissa, [3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1, -1.2420140846e-1, 1.1676998740e-1, -1.1514610310e-1, 7.0376836292e-2]);
  code.get(mantissa).op('f32x4.mul').get(square).op('f32x4.mul');
  code.get(exponent).floats(log2Low).op('f32x4.mul').op('f32x4.add').get(square).floats(0.5).op('f32x4.mul').op('f32x4.sub');
  code.get(mantissa).op('f32x4.add').get(exponent).floats(log2High).op('f32x4.mul').op('f32x4.add').set(result);
  const replace = (value: () => unknown, condition: () => unknown): void => {
    value();
    code.get(result);
    condition();
    code.op('v128.bitselect').set(result);
  };
  replace(() => code.floats(-Infinity), () => code.get(x).floats(0).op('f32x4.eq'));
  replace(() => code.floats(NaN), () => code.get(x).floats(0).op('f32x4.lt'));
  // Infinity and NaN are their own logarithms.
  replace(() => code.get(x), () => code.get(x).floats(Infinity).op('f32x4.lt').op('v128.not'));
  code.get(result);
}

/** tanh(x): an odd polynomial near 0, 1 - 2 / (exp(2|x|) + 1) with the sign of x elsewhere. @source https://www.netlib.org/cephes/ (tanhf) */
export function tanh(code: FunctionBuilder, x: Local): void {
  const [square, near, size, power] = code.locals('v128', 4) as [Local, Local, Local, Local];
  code.get(x).get(x).op('f32x4.mul').set(square);
  polynomial(code, square, [-3.33332819422e-1, 1.33314422036e-1, -5.37397155531e-2, 2.06390887954e-2, -5.70498872745e-3]);
  code.get(square).op('f32x4.mul').get(x).op('f32x4.mul').get(x).op('f32x4.add').set(near);
  code.get(x).op('f32x4.abs').set(size);
  code.get(size).get(size).op('f32x4.add').set(power);
  exp(code, power);
  code.set(power);
  code.get(near);
  code.floats(1).floats(2).get(power).floats(1).op('f32x4.add').op('f32x4.div').op('f32x4.sub');
  code.get(x).floats(-0).op('v128.and').op('v128.or');
  code.get(size).floats(0.625).op('f32x4.lt').op('v128.bitselect');
}
