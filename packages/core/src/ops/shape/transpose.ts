import type { Kernel } from '../../backend/kernel.js';
import { refuseArgument } from '../../errors/refuse.js';
import { badArgument } from '../../errors/unfold-error.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { describe } from '../../tensor/nested.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape, stridesOf } from '../../types/shape.js';
import { checkAxis } from '../check.js';
import { copyStrided } from './copy-strided.js';

export type TransposeAttrs = { readonly perm: readonly number[] };

export const transposeReference: Kernel<TransposeAttrs> = ({ attrs: { perm }, inputs: [x], output }) => {
  const strides = stridesOf(x!.type.shape);
  const { shape } = output.type;
  copyStrided(shape, { data: x!.data, strides: perm.map((axis) => strides[axis]!) }, { data: output.data, strides: stridesOf(shape) });
};

export const transposeOp = /* @__PURE__ */ defineOp<TransposeAttrs>({
  name: 'transpose',
  args: ['x'],
  infer: ([x], { perm }) => {
    const { dtype, shape } = x!;
    const isPermutation = perm.length === shape.length && shape.every((_, axis) => perm.includes(axis));
    if (!isPermutation) {
      throw refuseArgument('perm', `${formatShape(perm)} is not an order of the ${shape.length} axes of \`x\`.`, 'name every axis from 0 exactly once.');
    }
    return { dtype, shape: perm.map((axis) => shape[axis]!) };
  },
});

export const transposeGradient: Gradient<TransposeAttrs> = ({ attrs: { perm }, dy }) => [
  transpose(dy, perm.map((_, axis) => perm.indexOf(axis))),
];

/**
 * `x` with its axes in another order: axis `i` of the result is axis `perm[i]` of `x`. Without `perm` the order is reversed.
 * Negative axes count from the end.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where `perm` does not name every axis exactly once.
 * @source https://www.tensorflow.org/api_docs/python/tf/transpose
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await tensor([[1, 2, 3], [4, 5, 6]]).transpose().array(); // [[1, 4], [2, 5], [3, 6]]
 */
export function transpose(x: TensorLike, perm?: readonly number[]): Tensor {
  const tensor = toTensor(x, 'transpose', 'x');
  if (perm !== undefined && !Array.isArray(perm)) {
    throw badArgument('transpose', 'perm', `${describe(perm)} is not a list of axes.`, 'pass an array that names every axis once, such as [0, 2, 1].');
  }
  const order = perm ? perm.map((axis) => checkAxis('transpose', 'perm', axis, tensor.rank)) : tensor.shape.map((_, i) => tensor.rank - 1 - i);
  const isIdentity = order.length === tensor.rank && order.every((axis, i) => axis === i);
  return isIdentity ? tensor : apply(transposeOp, [tensor], { perm: order });
}
