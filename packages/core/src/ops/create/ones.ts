import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../types/dtype.js';
import type { Shape } from '../../types/shape.js';
import { checkedDType } from './check.js';
import { filled } from './full.js';

/**
 * A tensor of ones. `dtype` is float32 by default.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad shape or dtype.
 * @source https://www.tensorflow.org/api_docs/python/tf/ones
 */
export const ones = (shape: Shape, dtype?: DType): Tensor => filled('ones', shape, 1, checkedDType('ones', dtype, 'float32'));

/**
 * A tensor of ones with the shape and dtype of `x`.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/ones_like
 */
export function onesLike(x: TensorLike): Tensor {
  const { shape, dtype } = toTensor(x, 'onesLike', 'x');
  return filled('onesLike', shape, 1, dtype);
}
