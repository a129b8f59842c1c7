import type { Kernel } from '../../backend/kernel.js';
import { unbroadcast } from '../../autodiff/unbroadcast.js';
import { refuseShape } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { broadcastShapes, broadcastStrides, formatShape, sameShape, stridesOf, type Shape } from '../../types/shape.js';
import { checkShape } from '../check.js';
import { checked } from '../checked.js';
import { copyStrided } from './copy-strided.js';

export type BroadcastAttrs = { readonly shape: Shape };

export const broadcastReference: Kernel<BroadcastAttrs> = ({ attrs: { shape }, inputs: [x], output }) => {
  copyStrided(shape, { data: x!.data, strides: broadcastStrides(x!.type.shape, shape) }, { data: output.data, strides: stridesOf(shape) });
};

/** Refuses a shape to which a tensor does not broadcast. */
function checkBroadcast(from: Shape, to: Shape): void {
  const fitted = broadcastShapes(from, to);
  if (fitted && sameShape(fitted, to)) return;
  throw refuseShape(
    'shape',
    `${formatShape(from)} does not broadcast to ${formatShape(to)}.`,
    'each axis of `x`, counted from the last, must be 1 or equal to that of `shape`; other repetitions are `tile`.',
  );
}

export const broadcastOp = /* @__PURE__ */ defineOp<BroadcastAttrs>({
  name: 'broadcast',
  args: ['x'],
  infer: ([x], { shape }) => {
    checkBroadcast(x!.shape, shape);
    return { dtype: x!.dtype, shape };
  },
});

export const broadcastGradient: Gradient<BroadcastAttrs> = ({ inputs: [x], dy }) => [unbroadcast(dy, x!.shape)];

/**
 * `x` repeated to `shape` by numpy's rule: axes of size 1 and missing leading axes repeat. Elementwise operations do this by
 * themselves.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where `x` does not broadcast to `shape`; INVALID_ARGUMENT for something that is no shape.
 * @source https://www.tensorflow.org/api_docs/python/tf/broadcast_to
 */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const tensor = toTensor(x, 'broadcastTo', 'x');
  checkShape('broadcastTo', 'shape', shape);
  checked('broadcastTo', { x: tensor }, () => checkBroadcast(tensor.shape, shape));
  return sameShape(tensor.shape, shape) ? tensor : apply(broadcastOp, [tensor], { shape: [...shape] });
}
