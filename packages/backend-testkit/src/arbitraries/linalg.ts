import * as fc from 'fast-check';
import type { DType } from '@unfoldjs/core';
import { input, type Plan } from './plan.js';
import { broadcastTogether, dim } from './shapes.js';

const leading = fc.oneof({ weight: 2, arbitrary: fc.constant([[], []] as number[][]) }, { weight: 1, arbitrary: broadcastTogether(2).filter(([a]) => a!.length <= 2) });

const sizeLimit = 20_000;

/** Matrices with leading axes that broadcast, either one transposed, empty ones included. */
export const matmul = (dtype: DType): fc.Arbitrary<Plan> =>
  fc
    .record({ leading, m: dim, k: fc.oneof(dim, fc.constantFrom(64, 65)), n: dim, transposeA: fc.boolean(), transposeB: fc.boolean() })
    .filter(({ leading: [a, b], m, k, n }) => [...a!, ...b!, m, k, n].reduce((size, each) => size * Math.max(1, each), 1) <= sizeLimit)
    .map(({ leading: [a, b], m, k, n, transposeA, transposeB }) => ({
      attrs: { transposeA, transposeB },
      inputs: [input(dtype, [...a!, ...(transposeA ? [k, m] : [m, k])]), input(dtype, [...b!, ...(transposeB ? [n, k] : [k, n])])],
    }));
