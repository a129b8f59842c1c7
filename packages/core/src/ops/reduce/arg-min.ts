import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checked } from '../checked.js';
import { argMaxOp } from './arg-max.js';
import { argArguments, inferSearch, type ArgOptions } from './families.js';
import { turned } from './turned.js';

/**
 * The position of the smallest element along `axis`, as int32; the first of equals. NaN counts as the smallest.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for an empty axis; INVALID_ARGUMENT for an axis that does not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/argmin
 */
export function argMin(x: TensorLike, options?: ArgOptions): Tensor {
  const { tensor, attrs } = argArguments('argMin', x, options);
  checked('argMin', { x: tensor }, () => inferSearch(tensor.type, attrs));
  return apply(argMaxOp, [turned(tensor)], attrs);
}
