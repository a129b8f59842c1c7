import { refuseShape } from '../../errors/refuse.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape } from '../../types/shape.js';
import { checked } from '../checked.js';
import { matmul } from './matmul.js';

/**
 * The dot product of vectors and matrices: of two vectors a scalar, of a matrix and a vector a vector, of two matrices their
 * product.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for a rank other than 1 or 2, or inner sizes that differ.
 * @source https://js.tensorflow.org/api/latest/#dot
 */
export function dot(a: TensorLike, b: TensorLike): Tensor {
  const [left, right] = [toTensor(a, 'dot', 'a'), toTensor(b, 'dot', 'b')];
  return checked('dot', { a: left, b: right }, () => {
    for (const [name, { rank, shape }] of [['a', left], ['b', right]] as const) {
      if (rank !== 1 && rank !== 2) throw refuseShape(name, `${formatShape(shape)} is neither a vector nor a matrix.`, 'pass tensors of rank 1 or 2; batches of matrices go to `matmul`.');
    }
    const inner = [left.shape[left.rank - 1]!, right.shape[0]!] as const;
    if (inner[0] !== inner[1]) throw refuseShape('b', `the last axis of \`a\` has ${inner[0]} elements and the first of \`b\` has ${inner[1]}.`, 'make the inner sizes equal.');
    return matmul(left, right);
  });
}
