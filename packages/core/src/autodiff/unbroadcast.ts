import { reshape } from '../ops/shape/reshape.js';
import { sum } from '../ops/reduce/sum.js';
import type { Tensor } from '../tensor/tensor.js';
import { sameShape, type Shape } from '../types/shape.js';

/** The adjoint of broadcasting: sums `dy` over the axes along which an operand of shape `shape` was repeated. */
export function unbroadcast(dy: Tensor, shape: Shape): Tensor {
  if (sameShape(dy.shape, shape)) return dy;
  const lead = dy.rank - shape.length;
  const axes = dy.shape.flatMap((dim, axis) => (axis < lead || (shape[axis - lead] === 1 && dim !== 1) ? [axis] : []));
  return reshape(sum(dy, { axes }), shape);
}
