import type * as fc from 'fast-check';
import type { DType, OpDef } from '@unfoldjs/core';
import type { Kernel } from '@unfoldjs/core/reference';
import type { Fill } from './arbitraries/data.js';
import type { Plan } from './arbitraries/plan.js';
import type { CompositeBound } from './sections/composite-bounds.js';

/** An op from outside of the core, and how it is tried. */
export interface OwnOp {
  readonly op: OpDef;
  /** The dtypes that `plans` is asked for. */
  readonly dtypes: readonly DType[];
  /** Well-typed calls, without their data: attributes and the types of operands. */
  readonly plans: (dtype: DType) => fc.Arbitrary<Plan>;
  /** What fills float32 operands. int32 and bool always take `integers`. Default: `['integers', 'reals']`. */
  readonly fills?: readonly Fill[] | undefined;
  /**
   * The op as plain loops, to be compared with. Default: its definition on the reference kernels; one of the two there must be.
   */
  readonly reference?: Kernel | undefined;
  /** How far a float32 result may be from the reference in doubles. Default: 0 everywhere, as for an op that does not round. */
  readonly bound?: CompositeBound | undefined;
}
