import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkBool, reduceArguments, type ReduceOptions } from './families.js';
import { reduceMaxOp } from './max.js';
import { turned } from './turned.js';

/**
 * Whether every element along `axes` holds; of none, true.
 *
 * @throws {UnfoldError} DTYPE_MISMATCH where `x` is not bool; INVALID_ARGUMENT for axes that do not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/reduce_all
 */
export function all(x: TensorLike, options?: ReduceOptions): Tensor {
  const { tensor, attrs } = reduceArguments('all', x, options);
  checkBool('all', tensor);
  return turned(apply(reduceMaxOp, [turned(tensor)], attrs));
}
