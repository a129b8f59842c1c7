import type { Gradient } from '../../expr/op-def.js';
import { broadcastTo } from '../shape/broadcast.js';
import { reshape } from '../shape/reshape.js';
import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { arithmetic } from '../../types/dtype.js';
import { cast } from '../elementwise/cast.js';
import { reduceArguments, reducedShape, reduceKernel, reduction, type ReduceAttrs, type ReduceOptions } from './families.js';

export const reduceSumReference = /* @__PURE__ */ reduceKernel(
  () => 0,
  (dtype) => (dtype === 'float32' ? (sum, value) => sum + value : (sum, value) => (sum + value) | 0),
);

export const reduceSumOp = /* @__PURE__ */ reduction({
  name: 'reduceSum',
});

export const reduceSumGradient: Gradient<ReduceAttrs> = ({ inputs: [x], attrs: { axes }, dy }) => [
  broadcastTo(reshape(dy, reducedShape(x!.shape, axes, true)), x!.shape),
];

/**
 * The sum along `axes`. The sum of nothing is 0; int32 wraps on overflow; bool counts as int32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for axes that do not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/reduce_sum
 * @example
 * import { setBackend, sum } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await sum([[1, 2], [3, 4]]).item(); // => 10
 * await sum([[1, 2], [3, 4]], { axes: 1, keepDims: true }).array(); // => [[3], [7]]
 */
export function sum(x: TensorLike, options?: ReduceOptions): Tensor {
  const { tensor, attrs } = reduceArguments('sum', x, options);
  return apply(reduceSumOp, [cast(tensor, arithmetic(tensor.dtype))], attrs);
}
