import * as fc from 'fast-check';
import type { Attrs, DType, OpDef, Shape, TensorType } from '@unfoldjs/core';
import type { Call } from '../support/call.js';
import { dataFor, type Draw, type Fill } from './data.js';

/** A well-typed call without its data. */
export interface Plan {
  readonly attrs: Attrs;
  readonly inputs: readonly PlannedInput[];
}

export interface PlannedInput {
  readonly type: TensorType;
  /** Values of its own instead of the fill, such as indices. */
  readonly draw?: Draw;
}

export const input = (dtype: DType, shape: Shape, draw?: Draw): PlannedInput => ({ type: { dtype, shape }, ...(draw ? { draw } : {}) });

/** A plan with data of a kind, and now and then an input as a constant of the program. */
export const callOf = (op: OpDef, plans: fc.Arbitrary<Plan>, fill: Fill): fc.Arbitrary<Call> =>
  fc.record({ plan: plans, seed: fc.integer(), constants: fc.integer({ min: 0, max: 15 }) }).map(({ plan: { attrs, inputs }, seed, constants }) => ({
    op,
    attrs,
    inputs: inputs.map(({ type }) => type),
    data: inputs.map(({ type, draw }, i) => dataFor(type, seed + 7919 * i, fill, draw)),
    constant: inputs.map((_, i) => constants < 8 && (constants >> i) % 2 === 1),
  }));
