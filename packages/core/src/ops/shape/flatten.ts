import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { reshape } from './reshape.js';

/** The elements of `x` along one axis, in row-major order; a scalar becomes one element. Costs nothing. */
export function flatten(x: TensorLike): Tensor {
  const tensor = toTensor(x, 'flatten', 'x');
  return reshape(tensor, [tensor.size]);
}
