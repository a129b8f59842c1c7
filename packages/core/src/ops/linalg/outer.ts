import { refuseShape } from '../../errors/refuse.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape } from '../../types/shape.js';
import { checked } from '../checked.js';
import { mul } from '../elementwise/mul.js';
import { reshape } from '../shape/reshape.js';

/**
 * The products of every element of one vector with every element of another: `[M], [N] -> [M, N]`.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where one is not a vector.
 * @source https://js.tensorflow.org/api/latest/#outerProduct
 */
export function outer(a: TensorLike, b: TensorLike): Tensor {
  const [left, right] = [toTensor(a, 'outer', 'a'), toTensor(b, 'outer', 'b')];
  return checked('outer', { a: left, b: right }, () => {
    for (const [name, { rank, shape }] of [['a', left], ['b', right]] as const) {
      if (rank !== 1) throw refuseShape(name, `${formatShape(shape)} is no vector.`, 'pass tensors of rank 1 (`flatten` makes one).');
    }
    return mul(reshape(left, [left.size, 1]), reshape(right, [1, right.size]));
  });
}
