import type { Kernel } from '../../backend/kernel.js';
import { refuseArgument, refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply, literalTensor, toTensor, type TensorLike } from '../../tensor/operand.js';
import { unnest } from '../../tensor/nested.js';
import { Tensor } from '../../tensor/tensor.js';
import { formatShape, sizeOf, type Shape } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { checkAxis, checkInteger } from '../check.js';
import { checked, checkOptions } from '../checked.js';
import { scatterAdd } from './scatter-add.js';

export type GatherAttrs = { readonly axis: number; readonly batchDims: number };

/**
 * Reading `x` as [batch, outer, along, inner] and the indices as [batch, count], the result is [batch, outer, count, inner].
 * An index below 0 counts from the end; one outside the axis reads 0.
 */
export const gatherReference: Kernel<GatherAttrs> = ({ attrs: { axis, batchDims }, inputs: [x, indices], output }) => {
  const { batch, outer, along, inner } = aroundAxis(x!.type.shape, axis, batchDims);
  const count = sizeOf(indices!.type.shape.slice(batchDims));
  let at = 0;
  for (let b = 0; b < batch; b++) {
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < count; i++) {
        const index = wrapIndex(indices!.data[b * count + i]!, along);
        const from = ((b * outer + o) * along + index) * inner;
        for (let k = 0; k < inner; k++) output.data[at++] = index < 0 ? 0 : x!.data[from + k]!;
      }
    }
  }
};

/** The element an index names: from the end where it is negative, -1 where there is none. */
export const wrapIndex = (index: number, size: number): number => {
  const at = index < 0 ? index + size : index;
  return at >= 0 && at < size ? at : -1;
};

/** A shape around an axis: leading batch axes, axes before it, its size, axes after it. */
export const aroundAxis = (shape: Shape, axis: number, batchDims: number) => ({
  batch: sizeOf(shape.slice(0, batchDims)),
  outer: sizeOf(shape.slice(batchDims, axis)),
  along: shape[axis]!,
  inner: sizeOf(shape.slice(axis + 1)),
});

export const gatherOp = /* @__PURE__ */ defineOp<GatherAttrs>({
  name: 'gather',
  args: ['x', 'indices'],
  infer: ([x, indices], { axis, batchDims }) => {
    checkIndices(indices!);
    if (!(axis >= 0 && axis < x!.shape.length)) throw refuseArgument('axis', `axis ${axis} does not exist in a tensor of rank ${x!.shape.length}.`, 'use an axis of `x`.');
    checkBatchDims(x!.shape, indices!.shape, axis, batchDims);
    return { dtype: x!.dtype, shape: [...x!.shape.slice(0, axis), ...indices!.shape.slice(batchDims), ...x!.shape.slice(axis + 1)] };
  },
});

export const gatherGradient: Gradient<GatherAttrs> = ({ inputs: [x, indices], attrs: { axis, batchDims }, dy }) => [
  scatterAdd(dy, indices!, { axis, size: x!.shape[axis]!, batchDims }), null,
];

export function checkIndices(indices: TensorType): void {
  if (indices.dtype !== 'int32') throw refuseDType('indices', `it is ${indices.dtype}.`, "pass int32: `indices.cast('int32')`.");
}

export function checkBatchDims(shape: Shape, indices: Shape, axis: number, batchDims: number): void {
  if (batchDims < 0 || batchDims > axis || batchDims > indices.length) {
    throw refuseArgument('batchDims', `${batchDims} batch axes are too many for axis ${axis} and indices of rank ${indices.length}.`, 'use at most `axis` and at most the rank of `indices`.');
  }
  for (let axisOfBatch = 0; axisOfBatch < batchDims; axisOfBatch++) {
    if (shape[axisOfBatch] !== indices[axisOfBatch]) {
      throw refuseShape(
        'indices',
        `${formatShape(indices)} and ${formatShape(shape)} differ in batch axis ${axisOfBatch}.`,
        'make the first `batchDims` sizes of both equal.',
      );
    }
  }
}

export interface GatherOptions {
  /** The axis to choose along; negative ones count from the end. Default 0. */
  readonly axis?: number | undefined;
  /** How many leading axes `x` and `indices` share. Default 0. */
  readonly batchDims?: number | undefined;
}

/**
 * Slices of `x` along `axis`, chosen by `indices` (int32, or plain whole numbers): shape
 * `x.shape[..axis] + indices.shape[batchDims..] + x.shape[axis + 1..]`. A negative index counts from the end. Plain indices are
 * checked at the call; an index in a tensor that lies outside the axis reads 0.
 *
 * @throws {UnfoldError} DTYPE_MISMATCH where `indices` is no int32 tensor; SHAPE_MISMATCH where batch axes differ;
 * INVALID_ARGUMENT for an axis that does not exist, too many batch axes, or a plain index outside the axis.
 * @source https://www.tensorflow.org/api_docs/python/tf/gather
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await tensor([[1, 2], [3, 4], [5, 6]]).gather([2, 0]).array(); // [[5, 6], [1, 2]]
 */
export function gather(x: TensorLike, indices: TensorLike, options: GatherOptions = {}): Tensor {
  checkOptions('gather', options, ['axis', 'batchDims']);
  const tensor = toTensor(x, 'gather', 'x');
  const axis = checkAxis('gather', 'axis', options.axis ?? 0, tensor.rank);
  const batchDims = options.batchDims ?? 0;
  checkInteger('gather', 'batchDims', batchDims, 0);
  return apply(gatherOp, [tensor, indexTensor(indices, tensor, axis)], { axis, batchDims });
}

/** Indices as a tensor: plain numbers become part of the program, once they are seen to lie in the axis. */
function indexTensor(indices: TensorLike, x: Tensor, axis: number): Tensor {
  if (indices instanceof Tensor || (typeof indices !== 'number' && !Array.isArray(indices))) return toTensor(indices, 'gather', 'indices');
  const { shape, values } = unnest(indices, 'gather');
  const size = x.shape[axis]!;
  const bad = values.find((index) => !Number.isInteger(index) || (index as number) < -size || (index as number) >= size);
  if (bad !== undefined) {
    return checked('gather', { x }, () => {
      throw refuseArgument('indices', `index ${String(bad)} is not in axis ${axis}, which has ${size} elements.`, size === 0 ? 'an empty axis has no indices.' : `use whole numbers from ${-size} to ${size - 1}.`);
    });
  }
  return literalTensor(values as number[], shape, 'int32');
}
