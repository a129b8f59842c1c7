import * as fc from 'fast-check';
import type { DType } from '@unfoldjs/core';
import { input, type Plan } from './plan.js';
import { axesOf, positiveDim, shape } from './shapes.js';

/** Any axes, none and all included; axes of size 0 give the neutral element. */
export const reduction = (dtype: DType): fc.Arbitrary<Plan> =>
  shape().chain((of) => fc.record({ axes: axesOf(of.length), keepDims: fc.boolean() }).map((attrs) => ({ attrs, inputs: [input(dtype, of)] })));

/** A product stays below 4^8, so that float32 holds it. */
export const product = (dtype: DType): fc.Arbitrary<Plan> =>
  shape({ maxRank: 3, of: fc.integer({ min: 0, max: 8 }) }).chain((of) =>
    fc
      .record({ axes: axesOf(of.length), keepDims: fc.boolean() })
      .filter(({ axes }) => axes.reduce((size, axis) => size * of[axis]!, 1) <= 8)
      .map((attrs) => ({ attrs, inputs: [input(dtype, of)] })),
  );

/** One axis, which has elements. */
export const arg = (dtype: DType): fc.Arbitrary<Plan> =>
  shape({ minRank: 1, of: positiveDim }).chain((of) =>
    fc.record({ axis: fc.integer({ min: 0, max: of.length - 1 }), keepDims: fc.boolean() }).map((attrs) => ({ attrs, inputs: [input(dtype, of)] })),
  );

/** A line along one axis, as normalisations take it. */
export const line = (dtype: DType): fc.Arbitrary<Plan> => arg(dtype).map(({ attrs: { axis }, inputs }) => ({ attrs: { axis: axis! }, inputs }));

/** Sums along one axis, from either end. */
export const scan = (dtype: DType): fc.Arbitrary<Plan> =>
  fc.tuple(arg(dtype), fc.boolean(), fc.boolean()).map(([{ attrs: { axis }, inputs }, exclusive, reverse]) => ({ attrs: { axis: axis!, exclusive, reverse }, inputs }));
