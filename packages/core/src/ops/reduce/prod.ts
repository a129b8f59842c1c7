import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { arithmetic } from '../../types/dtype.js';
import { cast } from '../elementwise/cast.js';
import { reduceArguments, reduceKernel, reduction, type ReduceOptions } from './families.js';

export const reduceProdReference = /* @__PURE__ */ reduceKernel(
  () => 1,
  (dtype) => (dtype === 'float32' ? (product, value) => product * value : Math.imul),
);

export const reduceProdOp = /* @__PURE__ */ reduction({ name: 'reduceProd' });

/**
 * The product along `axes`. The product of nothing is 1; int32 wraps on overflow; bool counts as int32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for axes that do not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/reduce_prod
 */
export function prod(x: TensorLike, options?: ReduceOptions): Tensor {
  const { tensor, attrs } = reduceArguments('prod', x, options);
  return apply(reduceProdOp, [cast(tensor, arithmetic(tensor.dtype))], attrs);
}
