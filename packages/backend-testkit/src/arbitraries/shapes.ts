import * as fc from 'fast-check';
import { sizeOf, type Shape } from '@unfoldjs/core';

/** The most elements of one generated tensor: small enough for hundreds of cases, large enough for several workgroups and tiles. */
const sizeLimit = 1500;

/** Sizes of one axis: 1 and 0 often enough to matter, primes, one more and one less than a power of two. */
export const dim: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 2, max: 5 }) },
  { weight: 3, arbitrary: fc.constant(1) },
  { weight: 2, arbitrary: fc.constantFrom(7, 8, 13, 17, 31, 33) },
  { weight: 1, arbitrary: fc.constant(0) },
);

/** Like {@link dim}, never 0. */
export const positiveDim: fc.Arbitrary<number> = dim.map((size) => Math.max(1, size));

const fits = (shape: Shape): boolean => sizeOf(shape) <= sizeLimit;

/** Any shape of `minRank` to `maxRank` axes, empty tensors and scalars included. */
export const shape = ({ minRank = 0, maxRank = 4, of = dim } = {}): fc.Arbitrary<number[]> => fc.array(of, { minLength: minRank, maxLength: maxRank }).filter(fits);

/** The same shape with some axes replaced by 1 and some leading ones left out. */
const broadcastable = (to: Shape): fc.Arbitrary<number[]> =>
  fc
    .tuple(fc.integer({ min: 0, max: to.length }), fc.array(fc.boolean(), { minLength: to.length, maxLength: to.length }))
    .map(([drop, ones]) => to.map((size, axis) => (ones[axis] ? 1 : size)).slice(drop));

/** `count` shapes that broadcast together; often all the same. */
export const broadcastTogether = (count: number): fc.Arbitrary<number[][]> =>
  shape().chain((whole) =>
    fc.oneof(
      { weight: 1, arbitrary: fc.constant(Array.from({ length: count }, () => whole)) },
      { weight: 2, arbitrary: fc.tuple(...Array.from({ length: count }, () => broadcastable(whole))) },
    ),
  );

/** A list of axes of a tensor of `rank`, ascending, possibly none or all. */
export const axesOf = (rank: number): fc.Arbitrary<number[]> => fc.subarray(Array.from({ length: rank }, (_, axis) => axis));
