import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../types/dtype.js';
import type { Shape } from '../../types/shape.js';
import { checkedDType } from './check.js';
import { filled } from './full.js';

/**
 * A tensor of zeros. `dtype` is float32 by default.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad shape or dtype.
 * @source https://www.tensorflow.org/api_docs/python/tf/zeros
 */
export const zeros = (shape: Shape, dtype?: DType): Tensor => filled('zeros', shape, 0, checkedDType('zeros', dtype, 'float32'));

/**
 * A tensor of zeros with the shape and dtype of `x`.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/zeros_like
 */
export function zerosLike(x: TensorLike): Tensor {
  const { shape, dtype } = toTensor(x, 'zerosLike', 'x');
  return filled('zerosLike', shape, 0, dtype);
}
