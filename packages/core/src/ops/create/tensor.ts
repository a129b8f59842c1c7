import { badArgument, unfoldError } from '../../errors/unfold-error.js';
import { makeLeaf } from '../../expr/expr.js';
import { dataOp } from '../../expr/leaves.js';
import { Storage } from '../../runtime/storage.js';
import { describe, isTypedArray, unnest, type NestedArray } from '../../tensor/nested.js';
import { Tensor } from '../../tensor/tensor.js';
import { allocate, isDType, type DType, type TypedArray } from '../../types/dtype.js';
import { formatShape, sizeOf, type Shape } from '../../types/shape.js';
import { checkShape } from '../check.js';

/**
 * A tensor of given elements: nested arrays, or flat data (typed or not) with a shape. The data is copied. Numbers become
 * float32, booleans bool, an Int32Array int32, unless `dtype` says otherwise.
 *
 * @throws {UnfoldError} DATA_MISMATCH for ragged arrays, data that does not fill the shape, values outside int32, or a
 * fraction for int32; INVALID_ARGUMENT for a bad shape or dtype.
 * @source https://js.tensorflow.org/api/latest/#tensor
 */
export function tensor(values: NestedArray | TypedArray, shape?: Shape, dtype?: DType): Tensor {
  if (dtype !== undefined && !isDType(dtype)) {
    throw badArgument('tensor', 'dtype', `${describe(dtype)} is not a dtype.`, "use 'float32', 'int32' or 'bool'.");
  }
  if (shape !== undefined) checkShape('tensor', 'shape', shape);
  const given = flatten(values);
  const own = shape ?? given.shape;
  if (sizeOf(own) !== given.values.length) {
    throw unfoldError({
      code: 'DATA_MISMATCH',
      op: 'tensor',
      argument: 'values',
      problem: `${given.values.length} values do not fill the shape ${formatShape(own)}, which has ${sizeOf(own)} elements.`,
      fix: 'pass as many values as the product of the shape, or leave the shape out.',
    });
  }
  const type = { dtype: dtype ?? given.dtype, shape: Object.freeze([...own]) };
  return new Tensor(makeLeaf(dataOp, Storage.ofHost(type, convert(given.values, type.dtype))));
}

function flatten(values: NestedArray | TypedArray): { values: ArrayLike<number | boolean>; shape: Shape; dtype: DType } {
  if (isTypedArray(values)) {
    const dtype = values instanceof Float32Array || values instanceof Float64Array ? 'float32' : 'int32';
    return { values, shape: [values.length], dtype };
  }
  const nested = unnest(values, 'tensor');
  return { ...nested, dtype: nested.isBool ? 'bool' : 'float32' };
}

/** A copy in the array that belongs to `dtype`, with every value checked where it may not fit. */
function convert(values: ArrayLike<number | boolean>, dtype: DType): TypedArray {
  // What always fits is copied as a block: 30 times as fast as one by one.
  if (values instanceof Float32Array && dtype === 'float32') return new Float32Array(values);
  if (values instanceof Int32Array && dtype === 'int32') return new Int32Array(values);
  const data = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (dtype === 'int32' && value !== (value | 0)) {
      throw unfoldError({
        code: 'DATA_MISMATCH',
        op: 'tensor',
        argument: 'values',
        problem: `element ${i} is ${value}, which int32 cannot hold.`,
        fix: 'use whole numbers from -2147483648 to 2147483647, or dtype float32.',
      });
    }
    data[i] = dtype === 'bool' ? Number(value !== 0) : value;
  }
  return data;
}
