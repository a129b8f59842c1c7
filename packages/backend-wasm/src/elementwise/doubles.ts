import type { FunctionBuilder, Local } from '../emit/function-builder.js';

/** base^power / power!: a term of an exponential series. */
export const seriesTerm = (base: number, power: number): number => Array.from({ length: power }, (_, i) => base / (i + 1)).reduce((product, factor) => product * factor, 1);

/** Leaves two of four floats on the stack, the first or the last two, as doubles. */
export function widen(code: FunctionBuilder, floats: Local, half: 'low' | 'high'): void {
  code.get(floats);
  if (half === 'high') code.get(floats).shuffle(2, 3, 2, 3);
  code.op('f64x2.promote_low_f32x4');
}

/** Leaves the first two lanes of two vectors on the stack as one. */
export const joinHalves = (code: FunctionBuilder, low: Local, high: Local): unknown => code.get(low).get(high).shuffle(0, 1, 4, 5);
