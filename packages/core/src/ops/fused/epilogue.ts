import type { KernelTensor } from '../../backend/kernel.js';
import { refuseArgument } from '../../errors/refuse.js';
import type { TypedArray } from '../../types/dtype.js';
import { broadcastStrides, formatShape, sameShape } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { compileBody, inferBody, load, offsetOf, type ElementwiseBody } from './body.js';

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

  const { shape, dtype } = product;
  const width = shape[shape.length - 1]!;
  const { operands, result, run } = compileBody(epilogue, [dtype, ...extras.map(({ type }) => type.dtype)], width, operand instanceof Float64Array);
  const walks = extras.map(({ type }) => broadcastStrides(type.shape, shape));
  return (sums, position) => {
    operands[0]!.set(sums);
    extras.forEach((extra, e) => load(operands[e + 1]!, extra.data, offsetOf(position, shape, walks[e]!), walks[e]![shape.length - 1]!, width));
    run(width);
    data.set(result, position);
  };
}
