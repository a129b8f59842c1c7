import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkBool, reduceArguments, type ReduceOptions } from './families.js';
import { reduceMaxOp } from './max.js';

/**
 * Whether any element along `axes` holds; of none, false.
 *
 * @throws {UnfoldError} DTYPE_MISMATCH where `x` is not bool; INVALID_ARGUMENT for axes that do not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/reduce_any
 */
export function any(x: TensorLike, options?: ReduceOptions): Tensor {
  const { tensor, attrs } = reduceArguments('any', x, options);
  checkBool('any', tensor);
  return apply(reduceMaxOp, [tensor], attrs);
}
