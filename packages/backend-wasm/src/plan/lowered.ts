import type { FunctionSpec } from '../emit/module-builder.js';

/**
 * A place in memory that a call reads or writes, `offset` bytes into: an operand of the step, its result, the step's scratch memory
 * (shared by all steps, dead when the step is done), or memory kept from run to run (`Lowered.kept`).
 */
export type Place =
  | { readonly at: 'operand'; readonly index: number; readonly offset: number }
  | { readonly at: 'output'; readonly offset: number }
  | { readonly at: 'scratch'; readonly offset: number }
  | { readonly at: 'kept'; readonly index: number; readonly offset: number };

/** A function `f(...pointers, from, to)` that does the units from `from` to `to - 1`. They write to different places and can run in any order, at the same time. */
export interface Kernel {
  readonly run: FunctionSpec;
  readonly units: number;
  /** About how many multiplications, or elements read and written, all units are together: whether threads share them. */
  readonly work: number;
}

/** A kernel called once, with the places of its arrays. */
export interface Call extends Kernel {
  readonly places: readonly Place[];
  /**
   * Bytes that each thread needs for itself, in an array of one such block a thread at the last place, which is `scratch`. The function
   * then has one more parameter, the number of the thread.
   */
  readonly ownBytes?: number;
}

/** Something derived from one operand alone, such as filters in panels: computed anew only when that operand is another buffer. */
export interface Kept {
  readonly operand: number;
  readonly bytes: number;
  readonly calls: readonly Call[];
}

/** A step as calls, one after the other. */
export interface Lowered {
  /** Names for `explain`: what runs, and why it was chosen. */
  readonly kernel: string;
  readonly reason: string;
  readonly calls: readonly Call[];
  readonly scratchBytes: number;
  readonly kept: readonly Kept[];
  /** True where the result is in the frame that was asked for. */
  readonly writesFrame?: boolean;
  /**
   * Operands that must be finite, and far from the largest float, for these calls to give what the op says; where one is not, others run
   * instead, or, where there are none, the reference loops.
   */
  readonly guard?: { readonly operands: readonly number[]; readonly otherwise: Lowered | null };
}

export const operand = (index: number, offset = 0): Place => ({ at: 'operand', index, offset });
export const output = (offset = 0): Place => ({ at: 'output', offset });
export const scratch = (offset: number): Place => ({ at: 'scratch', offset });
export const kept = (index: number, offset = 0): Place => ({ at: 'kept', index, offset });

/** The same place, some bytes further. */
export const beyond = (place: Place, bytes: number): Place => ({ ...place, offset: place.offset + bytes });
