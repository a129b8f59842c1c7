import * as fc from 'fast-check';
import type { DType } from '@unfoldjs/core';
import type { Draw } from './data.js';
import { input, type Plan } from './plan.js';
import { broadcastTogether, shape } from './shapes.js';

/** `count` operands of one dtype whose shapes broadcast. */
export const operands =
  (count: number, draws: readonly (Draw | undefined)[] = []) =>
  (dtype: DType): fc.Arbitrary<Plan> =>
    broadcastTogether(count).map((shapes) => ({ attrs: {}, inputs: shapes.map((shape, i) => input(dtype, shape, draws[i])) }));

/** `count` operands of float32 that all have one shape, so that no gradient is a sum. */
export const sameShape = (count: number, draws: readonly (Draw | undefined)[] = []): fc.Arbitrary<Plan> =>
  shape().map((of) => ({ attrs: {}, inputs: Array.from({ length: count }, (_, i) => input('float32', of, draws[i])) }));

/** `where`: a bool condition and two operands of one dtype. */
export const choice = (dtype: DType): fc.Arbitrary<Plan> =>
  broadcastTogether(3).map(([condition, a, b]) => ({ attrs: {}, inputs: [input('bool', condition!), input(dtype, a!), input(dtype, b!)] }));

export const castTo =
  (to: DType) =>
  (from: DType): fc.Arbitrary<Plan> =>
    broadcastTogether(1).map(([shape]) => ({ attrs: { dtype: to }, inputs: [input(from, shape!)] }));
