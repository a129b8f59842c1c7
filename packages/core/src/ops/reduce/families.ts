import { forEachIndex, type Kernel } from '../../backend/kernel.js';
import { refuseShape } from '../../errors/refuse.js';
import { unfoldError } from '../../errors/unfold-error.js';
import { defineOp, type OpDef } from '../../expr/op-def.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../types/dtype.js';
import { broadcastStrides, formatShape, sizeOf, type Shape } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { checkAxes, checkAxis } from '../check.js';
import { checkBoolean, checkOptions } from '../checked.js';
import type { MemberSpec } from '../elementwise/families.js';

/** Normalised: axes from 0, ascending, none twice. */
export type ReduceAttrs = { axes: readonly number[]; keepDims: boolean };
export type ArgAttrs = { axis: number; keepDims: boolean };

export interface ReduceOptions {
  /** The axes to reduce, negative ones counted from the end. Default: all. `[]` reduces none. */
  readonly axes?: number | readonly number[] | undefined;
  /** Leaves each reduced axis with size 1. Default: false. */
  readonly keepDims?: boolean | undefined;
}

export interface ArgOptions {
  /** The axis to search along, a negative one counted from the end. Default: -1. */
  readonly axis?: number | undefined;
  /** Leaves the axis with size 1. Default: false. */
  readonly keepDims?: boolean | undefined;
}

/** `shape` with each of `axes` at size 1, or without them. */
export const reducedShape = (shape: Shape, axes: readonly number[], keepDims: boolean): Shape =>
  keepDims ? shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) : shape.filter((_, axis) => !axes.includes(axis));

const elementsRead = ([x]: readonly TensorType[]): number => sizeOf(x!.shape);

/** A reduction that keeps the dtype. */
export const reduction = (spec: MemberSpec<ReduceAttrs>): OpDef<ReduceAttrs> =>
  defineOp({
    ...spec,
    args: ['x'],
    infer: ([x], { axes, keepDims }) => ({ dtype: x!.dtype, shape: reducedShape(x!.shape, axes, keepDims) }),
    flops: elementsRead,
  });

/** The type of a search along one axis: int32 positions. */
export function inferSearch(x: TensorType, { axis, keepDims }: ArgAttrs): TensorType {
  if (x.shape[axis] === 0) {
    throw refuseShape('x', `axis ${axis} of ${formatShape(x.shape)} is empty: it has no element to point at.`, 'search along an axis with at least one element.');
  }
  return { dtype: 'int32', shape: reducedShape(x.shape, [axis], keepDims) };
}

/** The arguments of a reduction, checked. */
export function reduceArguments(op: string, x: TensorLike, options: ReduceOptions = {}): { tensor: Tensor; attrs: ReduceAttrs } {
  const tensor = toTensor(x, op, 'x');
  checkOptions(op, options, ['axes', 'keepDims']);
  const { axes, keepDims = false } = options;
  checkBoolean(op, 'keepDims', keepDims);
  return { tensor, attrs: { axes: checkAxes(op, 'axes', axes, tensor.rank), keepDims } };
}

/** The arguments of a search, checked. */
export function argArguments(op: string, x: TensorLike, options: ArgOptions = {}): { tensor: Tensor; attrs: ArgAttrs } {
  const tensor = toTensor(x, op, 'x');
  checkOptions(op, options, ['axis', 'keepDims']);
  const { axis = -1, keepDims = false } = options;
  checkBoolean(op, 'keepDims', keepDims);
  return { tensor, attrs: { axis: checkAxis(op, 'axis', axis, tensor.rank), keepDims } };
}

/** Refuses what is not bool. */
export function checkBool(op: string, x: Tensor): void {
  if (x.dtype === 'bool') return;
  throw unfoldError({
    code: 'DTYPE_MISMATCH',
    op,
    argument: 'x',
    problem: `it is ${x.dtype}, not bool.`,
    fix: 'compare it with something, `x.notEqual(0)`, or cast it to bool.',
    operands: [{ name: 'x', type: x.type }],
  });
}

/** A kernel that folds elements, in row-major order, into one double for each element of the result. */
export function reduceKernel(start: (dtype: DType) => number, step: (dtype: DType) => (sum: number, value: number) => number): Kernel<ReduceAttrs> {
  return ({ attrs, inputs, output }) => {
    const { data, type } = inputs[0]!;
    const fold = step(type.dtype);
    const folded = new Float64Array(output.data.length).fill(start(type.dtype));
    const into = broadcastStrides(reducedShape(type.shape, attrs.axes, true), type.shape);
    forEachIndex(type.shape, [into], (i, [at]) => {
      folded[at!] = fold(folded[at!]!, data[i]!);
    });
    output.data.set(folded);
  };
}
