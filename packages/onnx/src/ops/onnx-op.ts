import type { DType, Tensor } from '@unfoldjs/core';
import type { HostArray } from '../model/host-array.js';
import { elementTypeOf } from '../model/tensor-proto.js';
import type { Call } from '../run/call.js';

/** What a node gives: lazy, or known already; null for an output that is left out. */
export type Result = Tensor | HostArray | null;

/** One operator of ONNX, in all the versions that are read. */
export interface OnnxOp {
  /** The attributes that it understands, over all versions. */
  readonly attributes: readonly string[];
  /** The inputs that are no tensors of the graph: shapes, axes, limits, whose elements must be known. */
  readonly knownInputs?: readonly number[];
  /** Of its inputs it reads the shapes alone. */
  readonly readsShapes?: true;
  /** The first opset that has it, where that is not one of the first seven. */
  readonly since?: number;
  /** The result where all inputs are known, so that the arithmetic of shapes is done before the graph runs. Null where it is left to `run`. */
  readonly fold?: (call: Call, inputs: readonly HostArray[]) => HostArray | null;
  readonly run: (call: Call) => Result | readonly Result[];
}

export type OnnxOps = Readonly<Record<string, OnnxOp>>;

/** An axis that may count from the end. */
export function axisOf(call: Call, axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(found) || found < 0 || found >= Math.max(rank, 1)) call.refuse(`axis ${axis} does not exist in ${rank} axes`, 'check the model with `onnx.checker`');
  return found;
}

export const axesOf = (call: Call, axes: readonly number[], rank: number): number[] => axes.map((axis) => axisOf(call, axis, rank));

/** The dtype that an attribute names by its number in the format. */
export function dtypeNamed(call: Call, attribute: string): DType {
  const type = call.attrs.int(attribute, 0);
  return elementTypeOf(type)?.dtype ?? call.refuse(`its \`${attribute}\` is the type of number ${type}, which has no form here`, 'use floats, whole numbers or bool');
}
