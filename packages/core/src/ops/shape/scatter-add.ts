import type { Kernel } from '../../backend/kernel.js';
import { refuseArgument, refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { accumulator } from '../accumulator.js';
import { formatShape, sameShape, sizeOf } from '../../types/shape.js';
import { aroundAxis, checkBatchDims, checkIndices, gather, wrapIndex } from './gather.js';

export type ScatterAddAttrs = { readonly axis: number; readonly size: number; readonly batchDims: number };

/** The adjoint of gather: updates [batch, outer, count, inner] are summed into [batch, outer, size, inner], in order of their index. */
export const scatterAddReference: Kernel<ScatterAddAttrs> = ({ attrs: { axis, batchDims }, inputs: [updates, indices], output }) => {
  const { batch, outer, along, inner } = aroundAxis(output.type.shape, axis, batchDims);
  const count = sizeOf(indices!.type.shape.slice(batchDims));
  const sums = accumulator(output.type.dtype, along * inner);
  for (let b = 0; b < batch; b++) {
    for (let o = 0; o < outer; o++) {
      sums.fill(0);
      for (let i = 0; i < count; i++) {
        const index = wrapIndex(indices!.data[b * count + i]!, along);
        if (index < 0) continue;
        const from = ((b * outer + o) * count + i) * inner;
        for (let k = 0; k < inner; k++) sums[index * inner + k]! += updates!.data[from + k]!;
      }
      output.data.set(sums, (b * outer + o) * along * inner);
    }
  }
};

export const scatterAddOp = /* @__PURE__ */ defineOp<ScatterAddAttrs>({
  name: 'scatterAdd',
  args: ['updates', 'indices'],
  infer: ([updates, indices], { axis, size, batchDims }) => {
    checkIndices(indices!);
    if (updates!.dtype === 'bool') throw refuseDType('updates', 'it is bool.', "cast it first: `updates.cast('int32')`.");
    const chosen = indices!.shape.slice(batchDims);
    const { shape } = updates!;
    if (!(axis >= 0) || axis + chosen.length > shape.length) throw refuseArgument('axis', `axis ${axis} leaves no room for indices of rank ${indices!.shape.length} in ${formatShape(shape)}.`, 'use the axis that was gathered along.');
    if (!sameShape(shape.slice(axis, axis + chosen.length), chosen)) {
      throw refuseShape('updates', `${formatShape(shape)} has not the sizes ${formatShape(chosen)} of the indices at axis ${axis}.`, 'pass updates of the shape that `gather` gives.');
    }
    checkBatchDims(shape, indices!.shape, axis, batchDims);
    return { dtype: updates!.dtype, shape: [...shape.slice(0, axis), size, ...shape.slice(axis + chosen.length)] };
  },
  flops: ([updates]) => sizeOf(updates!.shape),
});

export const scatterAddGradient: Gradient<ScatterAddAttrs> = ({ inputs: [, indices], attrs: { axis, batchDims }, dy }) => [
  gather(dy, indices!, { axis, batchDims }), null,
];

/** Slices of `updates` summed into `size` places along `axis`: the adjoint of `gather`. */
export const scatterAdd = (updates: Tensor, indices: Tensor, attrs: ScatterAddAttrs): Tensor => apply(scatterAddOp, [updates, indices], attrs);
