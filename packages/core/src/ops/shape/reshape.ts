import { refuseArgument, refuseShape } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape, sameShape, sizeOf, type Shape } from '../../types/shape.js';
import { checked } from '../checked.js';
import { checkShape } from '../check.js';

export type ReshapeAttrs = { readonly shape: Shape };

/** An alias: the planner gives it no memory and no backend ever sees it. */
export const reshapeOp = /* @__PURE__ */ defineOp<ReshapeAttrs>({
  name: 'reshape',
  args: ['x'],
  isView: true,
  infer: ([x], { shape }) => {
    if (sizeOf(shape) !== sizeOf(x!.shape)) {
      throw refuseShape(
        'shape',
        `${formatShape(shape)} has ${sizeOf(shape)} elements and \`x\` has ${sizeOf(x!.shape)}.`,
        'pass sizes whose product is the number of elements; one of them may be -1.',
      );
    }
    return { dtype: x!.dtype, shape };
  },
});

export const reshapeGradient: Gradient<ReshapeAttrs> = ({ inputs: [x], dy }) => [reshape(dy, x!.shape)];

/**
 * The elements of `x`, in the same order, under another shape. One size may be -1: it is worked out from the others. Costs
 * nothing: no element moves.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the product is not the number of elements; INVALID_ARGUMENT for something that is no
 * shape or has more than one -1.
 * @source https://www.tensorflow.org/api_docs/python/tf/reshape
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await tensor([1, 2, 3, 4]).reshape([2, -1]).array(); // [[1, 2], [3, 4]]
 */
export function reshape(x: TensorLike, shape: readonly number[]): Tensor {
  const tensor = toTensor(x, 'reshape', 'x');
  const full = checked('reshape', { x: tensor }, () => resolveShape(shape, tensor.size));
  return sameShape(full, tensor.shape) ? tensor : apply(reshapeOp, [tensor], { shape: full });
}

/** The shape with its -1 worked out. */
function resolveShape(shape: readonly number[], size: number): Shape {
  const unknown = Array.isArray(shape) ? shape.indexOf(-1) : -1;
  if (unknown < 0) {
    checkShape('reshape', 'shape', shape);
    return [...shape];
  }
  const others = shape.filter((_, axis) => axis !== unknown);
  if (others.includes(-1)) throw refuseArgument('shape', `${formatShape(shape)} has more than one -1.`, 'leave at most one size open.');
  checkShape('reshape', 'shape', others);
  const known = sizeOf(others);
  const open = known === 0 ? NaN : size / known;
  if (!Number.isInteger(open)) {
    throw refuseShape(
      'shape',
      known === 0 ? `the -1 in ${formatShape(shape)} could be anything beside a size of 0.` : `no size in place of -1 makes ${formatShape(shape)} hold ${size} elements.`,
      known === 0 ? 'write every size.' : `use sizes whose product divides ${size}.`,
    );
  }
  return shape.map((dim) => (dim === -1 ? open : dim));
}
