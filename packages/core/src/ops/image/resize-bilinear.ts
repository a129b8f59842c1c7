import { literalTensor, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checked } from '../checked.js';
import { add } from '../elementwise/add.js';
import { cast } from '../elementwise/cast.js';
import { mul } from '../elementwise/mul.js';
import { sub } from '../elementwise/sub.js';
import type { Pair } from '../geometry.js';
import { resizeAxes, scaleOf, takeAlong, type ResizeAxis, type ResizeOptions } from './resize.js';

/**
 * Images `[N, H, W, C]` at another `size` [height, width], every pixel interpolated between the four around it: first along rows,
 * then along columns. float32 (integers are converted).
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where `x` has not rank 4 or has no pixels; INVALID_ARGUMENT for a bad size or option.
 * @source https://www.tensorflow.org/api_docs/python/tf/compat/v1/image/resize_bilinear
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await tensor([0, 4], [1, 1, 2, 1]).resizeBilinear([1, 4]).data(); // Float32Array [0, 2, 4, 4]
 */
export function resizeBilinear(x: TensorLike, size: Pair, options: ResizeOptions = {}): Tensor {
  const tensor = cast(toTensor(x, 'resizeBilinear', 'x'), 'float32');
  return checked('resizeBilinear', { x: tensor }, () => {
    const [rows, columns] = resizeAxes('resizeBilinear', tensor, size, options);
    return interpolate(interpolate(tensor, 2, columns), 1, rows);
  });
}

/** `low + (high - low) * weight` along one axis. */
function interpolate(x: Tensor, axis: 1 | 2, along: ResizeAxis): Tensor {
  const scale = scaleOf(along);
  const places = Array.from({ length: along.to }, (_, i) => (along.halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale));
  const low = takeAlong(x, axis, places.map((at) => Math.max(0, Math.min(Math.floor(at), along.from - 1))));
  const weights = places.map((at) => at - Math.floor(at));
  if (weights.every((weight) => weight === 0)) return low;
  const high = takeAlong(x, axis, places.map((at) => Math.min(Math.max(0, Math.ceil(at)), along.from - 1)));
  const shape = axis === 1 ? [1, along.to, 1, 1] : [1, 1, along.to, 1];
  return add(low, mul(sub(high, low), literalTensor(weights, shape, 'float32')));
}
