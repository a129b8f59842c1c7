import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkAxis } from '../check.js';
import { reshape } from './reshape.js';

/**
 * `x` with an axis of size 1 more, at `axis` of the result (default 0); negative ones count from the end of the result. Costs
 * nothing.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where the result has no such axis.
 * @source https://www.tensorflow.org/api_docs/python/tf/expand_dims
 */
export function expandDims(x: TensorLike, axis = 0): Tensor {
  const tensor = toTensor(x, 'expandDims', 'x');
  const at = checkAxis('expandDims', 'axis', axis, tensor.rank + 1);
  return reshape(tensor, [...tensor.shape.slice(0, at), 1, ...tensor.shape.slice(at)]);
}
