import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checked } from '../checked.js';
import type { Pair } from '../geometry.js';
import { resizeAxes, scaleOf, takeAlong, type ResizeAxis, type ResizeOptions } from './resize.js';

/**
 * Images `[N, H, W, C]` at another `size` [height, width], every pixel the nearest one of `x`. Any dtype.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where `x` has not rank 4 or has no pixels; INVALID_ARGUMENT for a bad size or option.
 * @source https://www.tensorflow.org/api_docs/python/tf/compat/v1/image/resize_nearest_neighbor
 */
export function resizeNearest(x: TensorLike, size: Pair, options: ResizeOptions = {}): Tensor {
  const tensor = toTensor(x, 'resizeNearest', 'x');
  return checked('resizeNearest', { x: tensor }, () => {
    const [rows, columns] = resizeAxes('resizeNearest', tensor, size, options);
    return takeAlong(takeAlong(tensor, 1, nearest(rows)), 2, nearest(columns));
  });
}

function nearest(axis: ResizeAxis): number[] {
  const scale = scaleOf(axis);
  const round = axis.alignCorners ? Math.round : Math.floor;
  return Array.from({ length: axis.to }, (_, i) => Math.min(round(axis.halfPixelCenters ? (i + 0.5) * scale : i * scale), axis.from - 1));
}
