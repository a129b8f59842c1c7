import { stopGradient } from '../../autodiff/stop-gradient.js';
import type { Gradient } from '../../expr/op-def.js';
import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { cast } from '../elementwise/cast.js';
import { div } from '../elementwise/div.js';
import { equal } from '../elementwise/equal.js';
import { where } from '../elementwise/where.js';
import { reshape } from '../shape/reshape.js';
import { reduceArguments, reducedShape, reduceKernel, reduction, type ReduceAttrs, type ReduceOptions } from './families.js';
import { sum } from './sum.js';

export const reduceMaxReference = /* @__PURE__ */ reduceKernel(
  (dtype) => ({ float32: -Infinity, int32: -(2 ** 31), bool: 0 })[dtype],
  () => (largest, value) => Math.max(largest, value),
);

export const reduceMaxOp = /* @__PURE__ */ reduction({ name: 'reduceMax' });

/** In equal parts to all that are largest. */
export const reduceMaxGradient: Gradient<ReduceAttrs> = ({ inputs: [x], output, attrs: { axes }, dy }) => {
  const kept = reducedShape(x!.shape, axes, true);
  const isLargest = stopGradient(equal(x!, reshape(output, kept)));
  const count = sum(cast(isLargest, 'float32'), { axes, keepDims: true });
  return [where(isLargest, div(reshape(dy, kept), count), 0)];
};

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
