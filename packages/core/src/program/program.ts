import type { Attrs } from '../expr/attrs.js';
import type { OpDef } from '../expr/op-def.js';
import type { TypedArray } from '../types/dtype.js';
import type { TensorType } from '../types/tensor-type.js';

/** An index into `Program.values`. */
export type ValueId = number;

/** A value as one step reads it. Reshapes are gone: the same elements may be read under another shape than they were made. */
export interface Operand {
  readonly value: ValueId;
  readonly type: TensorType;
}

/** One op on concrete types. */
export interface Step {
  readonly op: OpDef;
  readonly attrs: Attrs;
  readonly inputs: readonly Operand[];
  readonly output: ValueId;
  readonly type: TensorType;
}

/**
 * Elements known before the first run. A scalar (shape `[]`) may be written into a kernel's code. Nobody writes to `data` once a
 * program has it, so a backend may keep the array instead of a copy.
 */
export interface ProgramConstant {
  readonly value: ValueId;
  readonly data: TypedArray;
}

export interface ProgramInput {
  readonly value: ValueId;
  /**
   * The index of the output that may take over this input's buffer, in the runs that say so (`RunOptions.donated`): a buffer that
   * somebody else needs as well is not given away.
   */
  readonly donatedTo?: number;
}

/**
 * A straight line of steps: each reads values made before it and makes one new value. Every value is an input, a constant or
 * the output of exactly one step; every output is the output of a step, and no two outputs are the same value.
 */
export interface Program {
  /** The type each value was made with. */
  readonly values: readonly TensorType[];
  readonly inputs: readonly ProgramInput[];
  readonly constants: readonly ProgramConstant[];
  readonly steps: readonly Step[];
  readonly outputs: readonly ValueId[];
}
