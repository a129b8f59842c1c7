import type { Gradient } from '../../expr/op-def.js';
import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { arithmetic } from '../../types/dtype.js';
import { cast } from '../elementwise/cast.js';
import { mul } from '../elementwise/mul.js';
import { reshape } from '../shape/reshape.js';
import { scan } from './cumsum.js';
import { reduceArguments, reducedShape, reduceKernel, reduction, type ReduceAttrs, type ReduceOptions } from './families.js';

export const reduceProdReference = /* @__PURE__ */ reduceKernel(
  () => 1,
  (dtype) => (dtype === 'float32' ? (product, value) => product * value : Math.imul),
);

export const reduceProdOp = /* @__PURE__ */ reduction({ name: 'reduceProd' });

/** Each element's is the product of all others: of those before and those after it, since a quotient knows nothing of zeros. */
export const reduceProdGradient: Gradient<ReduceAttrs> = ({ inputs: [x], attrs: { axes }, dy }) => {
  let slope = reshape(dy, reducedShape(x!.shape, axes, true));
  let factors = x!;
  for (const axis of axes) {
    const [before, after] = [false, true].map((reverse) => scan(factors, { axis, exclusive: true, reverse }, mul, 1));
    slope = mul(slope, mul(before!, after!));
    factors = apply(reduceProdOp, [factors], { axes: [axis], keepDims: true });
  }
  return [slope];
};

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
