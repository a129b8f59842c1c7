import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { reduceArguments, reduceKernel, reduction, type ReduceOptions } from './families.js';

export const reduceMaxReference = /* @__PURE__ */ reduceKernel(
  (dtype) => ({ float32: -Infinity, int32: -(2 ** 31), bool: 0 })[dtype],
  () => (largest, value) => Math.max(largest, value),
);

export const reduceMaxOp = /* @__PURE__ */ reduction({ name: 'reduceMax' });

/**
 * The largest element along `axes`; NaN where any is NaN. Of nothing it is -Infinity (int32: -2147483648, bool: false).
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for axes that do not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/reduce_max
 */
export function max(x: TensorLike, options?: ReduceOptions): Tensor {
  const { tensor, attrs } = reduceArguments('max', x, options);
  return apply(reduceMaxOp, [tensor], attrs);
}
