import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { reduceArguments, type ReduceOptions } from './families.js';
import { reduceMaxOp } from './max.js';
import { turned } from './turned.js';

/**
 * The smallest element along `axes`; NaN where any is NaN. Of nothing it is Infinity (int32: 2147483647, bool: true).
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for axes that do not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/reduce_min
 */
export function min(x: TensorLike, options?: ReduceOptions): Tensor {
  const { tensor, attrs } = reduceArguments('min', x, options);
  return turned(apply(reduceMaxOp, [turned(tensor)], attrs));
}
