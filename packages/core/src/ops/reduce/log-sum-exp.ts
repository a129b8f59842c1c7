import { stopGradient } from '../../autodiff/stop-gradient.js';
import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add } from '../elementwise/add.js';
import { cast } from '../elementwise/cast.js';
import { exp } from '../elementwise/exp.js';
import { isFinite } from '../elementwise/is-finite.js';
import { log } from '../elementwise/log.js';
import { sub } from '../elementwise/sub.js';
import { where } from '../elementwise/where.js';
import { reshape } from '../shape/reshape.js';
import { reduceArguments, reducedShape, type ReduceOptions } from './families.js';
import { reduceMaxOp } from './max.js';
import { reduceSumOp } from './sum.js';

/**
 * `log(sum(exp(x)))` along `axes`, without overflow, in float32. Infinity where any element is, -Infinity of nothing.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for axes that do not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/reduce_logsumexp
 */
export function logSumExp(x: TensorLike, options?: ReduceOptions): Tensor {
  const { tensor, attrs } = reduceArguments('logSumExp', x, options);
  const floats = cast(tensor, 'float32');
  const kept = { axes: attrs.axes, keepDims: true };
  // Any shift gives the same sum, so that it has no part in the gradient.
  const largest = stopGradient(apply(reduceMaxOp, [floats], kept));
  // An infinite shift would make NaN of Infinity - Infinity; unshifted, exp and log handle the infinities by themselves.
  const shift = where(isFinite(largest), largest, 0);
  const result = add(log(apply(reduceSumOp, [exp(sub(floats, shift))], kept)), shift);
  return reshape(result, reducedShape(tensor.shape, attrs.axes, attrs.keepDims));
}
