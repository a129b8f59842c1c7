import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import { joinHalves, widen } from './doubles.js';

/** Binary digits of a quotient that one round takes off; rounds for the largest float by the smallest. */
const [roundBits, rounds] = [26, 11];

/**
 * The remainder of two times four floats with the sign of the divisor, exact whatever the quotient: each round takes whole multiples of
 * the divisor times a power of two off, of so few digits that doubles hold quotient, product and difference. Arguments are read from
 * locals and not written.
 */
export function remainder(code: FunctionBuilder, a: Local, b: Local): void {
  const [dividend, divisor, size, multiple, rest] = code.locals('v128', 5) as [Local, Local, Local, Local, Local];
  const half = (which: 'low' | 'high'): Local => {
    const result = code.local('v128');
    widen(code, a, which);
    code.set(dividend);
    widen(code, b, which);
    code.set(divisor);
    code.get(divisor).op('f64x2.abs').set(size).get(dividend).op('f64x2.abs').set(rest);
    code.get(size).doubles(2 ** (roundBits * rounds)).op('f64x2.mul').set(multiple);
    code.times(rounds, () => {
      code.get(multiple).doubles(2 ** -roundBits).op('f64x2.mul').set(multiple);
      code.get(rest).get(rest).get(multiple).op('f64x2.div').op('f64x2.floor').get(multiple).op('f64x2.mul').op('f64x2.sub').set(rest);
    });
    // An infinite divisor leaves a finite dividend as it is.
    code.get(dividend).op('f64x2.abs').get(rest).get(size).doubles(Infinity).op('f64x2.eq');
    code.get(dividend).op('f64x2.abs').doubles(Infinity).op('f64x2.lt').op('v128.and').op('v128.bitselect');
    code.get(dividend).doubles(-0).op('v128.and').op('v128.or').set(rest);
    code.get(rest).get(divisor).op('f64x2.add').get(rest);
    code.get(rest).doubles(0).op('f64x2.ne').get(rest).doubles(0).op('f64x2.lt').get(divisor).doubles(0).op('f64x2.lt').op('v128.xor').op('v128.and');
    code.op('v128.bitselect').op('f32x4.demote_f64x2_zero').set(result);
    return result;
  };
  joinHalves(code, half('low'), half('high'));
}
