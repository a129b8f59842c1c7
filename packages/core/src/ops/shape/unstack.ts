import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkAxis } from '../check.js';
import { reshape } from './reshape.js';
import { sliceBox } from './slice.js';

/**
 * The slices of `x` along `axis` (default 0), each without that axis: as many tensors as the axis is long.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an axis that does not exist.
 * @source https://www.tensorflow.org/api_docs/python/tf/unstack
 */
export function unstack(x: TensorLike, axis = 0): Tensor[] {
  const tensor = toTensor(x, 'unstack', 'x');
  const at = checkAxis('unstack', 'axis', axis, tensor.rank);
  const { shape } = tensor;
  const rest = shape.filter((_, k) => k !== at);
  return Array.from({ length: shape[at]! }, (_, i) =>
    reshape(sliceBox(tensor, shape.map((_, k) => (k === at ? i : 0)), shape.map((dim, k) => (k === at ? 1 : dim))), rest),
  );
}
