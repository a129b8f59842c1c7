import type { KernelTensor } from '../../backend/kernel.js';
import { refuseArgument } from '../../errors/refuse.js';
import type { TypedArray } from '../../types/dtype.js';
import { broadcastStrides, formatShape, sameShape, stridesOf } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { compileBody, inferBody, type ElementwiseBody } from './body.js';

/** The result of an epilogue on a product: the product is input 0, the extras broadcast to its shape. An empty one changes nothing. */
export function inferEpilogue(epilogue: ElementwiseBody, product: TensorType, extras: readonly TensorType[]): TensorType {
  if (epilogue.length === 0) return product;
  const types = inferBody(epilogue, [product, ...extras], 'epilogue');
  const result = types[types.length - 1]!;
  if (!sameShape(result.shape, product.shape)) {
    throw refuseArgument('epilogue', `its result has shape ${formatShape(result.shape)} and the product ${formatShape(product.shape)}.`, 'use extras that broadcast to the product, and the product itself.');
  }
  return result;
}

/**
 * Stores rows of a product through its epilogue. The sums are rounded as the product's own array would round them; `operand`
 * tells the float64 mode, in which nothing is rounded.
 */
export function rowStore(epilogue: ElementwiseBody, product: TensorType, extras: readonly KernelTensor[], operand: TypedArray, output: KernelTensor): (sums: ArrayLike<number>, position: number) => void {
  const { data } = output;
  if (epilogue.length === 0) return (sums, position) => data.set(sums, position);

  const isDouble = operand instanceof Float64Array;
  const { registers, run } = compileBody(epilogue, [product.dtype, ...extras.map(({ type }) => type.dtype)], isDouble);
  const roundSum = isDouble || product.dtype === 'int32' ? (sum: number) => sum : Math.fround;
  const { shape } = product;
  const last = shape.length - 1;
  const steps = stridesOf(shape);
  const walks = extras.map(({ type }) => broadcastStrides(type.shape, shape));
  return (sums, position) => {
    const starts = walks.map((strides) => {
      let offset = 0;
      for (let axis = 0, rest = position; axis < last; axis++) {
        offset += Math.floor(rest / steps[axis]!) * strides[axis]!;
        rest %= steps[axis]!;
      }
      return offset;
    });
    for (let o = 0; o < sums.length; o++) {
      registers[0] = roundSum(sums[o]!);
      for (let e = 0; e < extras.length; e++) registers[e + 1] = extras[e]!.data[starts[e]! + o * walks[e]![last]!]!;
      data[position + o] = run();
    }
  };
}
