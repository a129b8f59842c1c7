import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { cast } from '../elementwise/cast.js';
import { div } from '../elementwise/div.js';
import { reduceArguments, type ReduceAttrs, type ReduceOptions } from './families.js';
import { reduceSumOp } from './sum.js';

/**
 * The mean along `axes`, in float32 whatever the dtype. The mean of nothing is NaN.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for axes that do not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/reduce_mean
 */
export function mean(x: TensorLike, options?: ReduceOptions): Tensor {
  const { tensor, attrs } = reduceArguments('mean', x, options);
  return meanOf(cast(tensor, 'float32'), attrs);
}

export function meanOf(x: Tensor, attrs: ReduceAttrs): Tensor {
  const count = attrs.axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  return div(apply(reduceSumOp, [x], attrs), count);
}
