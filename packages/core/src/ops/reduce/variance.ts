import type { TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { cast } from '../elementwise/cast.js';
import { reduceArguments, type ReduceOptions } from './families.js';
import { momentsOf } from './moments.js';

/**
 * The mean squared distance from the mean along `axes` (divided by the count, not by one less), in float32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for axes that do not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/reduce_variance
 */
export function variance(x: TensorLike, options?: ReduceOptions): Tensor {
  const { tensor, attrs } = reduceArguments('variance', x, options);
  return momentsOf(cast(tensor, 'float32'), attrs).variance;
}
