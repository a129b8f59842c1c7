import { refuseShape } from '../../errors/refuse.js';
import { badArgument } from '../../errors/unfold-error.js';
import { describe } from '../../tensor/nested.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape, sameShape } from '../../types/shape.js';
import { checkAxis } from '../check.js';
import { checked } from '../checked.js';
import { concat } from './concat.js';
import { expandDims } from './expand-dims.js';

/**
 * Tensors of one shape along a new axis, at `axis` of the result (default 0); dtypes are promoted to a common one.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where shapes differ; INVALID_ARGUMENT for an empty list or an axis that the result has not.
 * @source https://www.tensorflow.org/api_docs/python/tf/stack
 */
export function stack(tensors: readonly TensorLike[], axis = 0): Tensor {
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw badArgument(
      'stack',
      'tensors',
      Array.isArray(tensors) ? 'the list is empty.' : `${describe(tensors)} is not a list of tensors.`,
      'pass an array of one tensor or more.',
    );
  }
  // Array.from: `map` would leave out the holes of an array.
  const parts = Array.from(tensors, (part, i) => toTensor(part, 'stack', `tensors[${i}]`));
  const [first] = parts as [Tensor];
  const at = checkAxis('stack', 'axis', axis, first.rank + 1);
  const odd = parts.findIndex((part) => !sameShape(part.shape, first.shape));
  if (odd >= 0) {
    checked('stack', Object.fromEntries(parts.map((part, i) => [`tensors[${i}]`, part])), () => {
      throw refuseShape(`tensors[${odd}]`, `${formatShape(parts[odd]!.shape)} is not ${formatShape(first.shape)}.`, 'stack tensors of one shape (to join along an axis they have, use `concat`).');
    });
  }
  return concat(parts.map((part) => expandDims(part, at)), at);
}
