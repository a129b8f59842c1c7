import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import { joinHalves, seriesTerm, widen } from './doubles.js';
import { polynomial } from './functions.js';

/**
 * The binary digits of 2 / pi, as many as a float of any size needs.
 * @source https://www.netlib.org/fdlibm/e_rem_pio2.c (the table two_over_pi)
 */
const twoOverPi = 'a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe51';

/** Digits of one part: a product with a float's 24 is exact in a double. */
const partBits = 26;

/** 2 / pi as a sum of doubles of few digits. */
function parts(): number[] {
  const digits = BigInt(`0x${twoOverPi}`);
  const count = (4 * twoOverPi.length) / partBits;
  return Array.from({ length: count }, (_, i) => Number((digits >> BigInt(partBits * (count - 1 - i))) & BigInt(2 ** partBits - 1)) * 2 ** (-partBits * (i + 1)));
}

/** Terms of the sine (from 1 on) or cosine (from 0 on) of f quarters of a turn, in powers of f^2. */
const terms = (from: 0 | 1): number[] => Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? 1 : -1) * seriesTerm(Math.PI / 2, 2 * i + from));

/**
 * Sine or cosine of four floats of any size, in doubles, rounded once; NaN for infinities. The argument is read from a local and not
 * written. It is |x| in quarters of a turn that counts: the parts of 2 / pi contribute what each leaves of whole turns, which is exact.
 */
export function circular(code: FunctionBuilder, x: Local, isCosine: boolean): void {
  const [size, sines, cosines, quarters, wide, product, turn, square] = code.locals('v128', 8) as [Local, Local, Local, Local, Local, Local, Local, Local];
  code.get(x).op('f32x4.abs').set(size);
  const half = (which: 'low' | 'high'): readonly [Local, Local, Local] => {
    const results = code.locals('v128', 3) as [Local, Local, Local];
    const [sine, cosine, quarter] = results;
    widen(code, size, which);
    code.set(wide).doubles(0).set(turn);
    for (const part of parts()) {
      code.get(wide).doubles(part).op('f64x2.mul').set(product);
      code.get(turn).get(product).get(product).doubles(0.25).op('f64x2.mul').op('f64x2.nearest').doubles(4).op('f64x2.mul').op('f64x2.sub').op('f64x2.add').set(turn);
    }
    code.get(turn).op('f64x2.nearest').set(product);
    code.get(product).op('i32x4.trunc_sat_f64x2_s_zero').set(quarter);
    code.get(turn).get(product).op('f64x2.sub').set(turn);
    code.get(turn).get(turn).op('f64x2.mul').set(square);
    polynomial(code, square, terms(1), 'f64x2');
    code.get(turn).op('f64x2.mul').op('f32x4.demote_f64x2_zero').set(sine);
    polynomial(code, square, terms(0), 'f64x2');
    code.op('f32x4.demote_f64x2_zero').set(cosine);
    return results;
  };
  const [low, high] = [half('low'), half('high')];
  [sines, cosines, quarters].forEach((target, i) => {
    joinHalves(code, low[i]!, high[i]!);
    code.set(target);
  });
  if (isCosine) code.get(quarters).integers(1).op('i32x4.add').set(quarters);
  code.get(cosines).get(sines).get(quarters).integers(1).op('v128.and').integers(0).op('i32x4.ne').op('v128.bitselect');
  // The second half of a turn has the other sign; a sine that of x as well.
  code.get(quarters).integers(2).op('v128.and').i32(30).op('i32x4.shl').op('v128.xor');
  if (!isCosine) code.get(x).floats(-0).op('v128.and').op('v128.xor');
}
