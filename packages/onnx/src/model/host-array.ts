import { sizeOf, tensor, unfoldError, type DType, type Shape, type Tensor, type TypedArray } from '@unfoldjs/core';

/**
 * Elements that are known before anything runs: initialisers, constants, and what is computed from shapes. Those of int64 are numbers here,
 * so the ends of its range (which ONNX uses for "to the end") are a little beyond it.
 */
export interface HostArray {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: ArrayLike<number>;
}

export const hostArray = (dtype: DType, shape: Shape, data: ArrayLike<number>): HostArray => ({ dtype, shape, data });

/** Whole numbers in one axis, as shapes are. */
export const hostInts = (values: readonly number[]): HostArray => hostArray('int32', [values.length], values);

const most = 2 ** 31;

/** As a tensor. @throws {UnfoldError} DATA_MISMATCH for a whole number that int32 does not hold */
export function tensorOf({ shape, dtype, data }: HostArray): Tensor {
  if (dtype === 'int32' && !(data instanceof Int32Array)) {
    for (let i = 0; i < data.length; i++) {
      if (data[i]! >= most || data[i]! < -most) {
        throw unfoldError({ code: 'DATA_MISMATCH', op: 'importOnnx', problem: `the model has the int64 ${data[i]}, and tensors of whole numbers are int32 here.`, fix: 'keep whole numbers between -2^31 and 2^31 - 1.' });
      }
    }
  }
  return tensor(typed(dtype, data), shape, dtype);
}

function typed(dtype: DType, data: ArrayLike<number>): TypedArray {
  if (dtype === 'float32') return data instanceof Float32Array ? data : Float32Array.from(data);
  if (dtype === 'int32') return data instanceof Int32Array ? data : Int32Array.from(data);
  return data instanceof Uint8Array ? data : Uint8Array.from(data);
}

/** The elements with their axes in another order. */
export function transposed({ shape, dtype, data }: HostArray, perm: readonly number[]): HostArray {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const to = perm.map((axis) => shape[axis]!);
  const steps = perm.map((axis) => strides[axis]!);
  const size = sizeOf(shape);
  const result = dtype === 'float32' ? new Float32Array(size) : new Array<number>(size).fill(0);
  const index = new Array<number>(to.length).fill(0);
  const last = to.length - 1;
  const [run, step] = last < 0 ? [1, 0] : [to[last]!, steps[last]!];
  let from = 0;
  for (let i = 0; i < size; ) {
    for (let k = 0; k < run; k++) result[i++] = data[from + k * step]!;
    for (let axis = last - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < to[axis]!) break;
      index[axis] = 0;
      from -= steps[axis]! * to[axis]!;
    }
  }
  return { shape: to, dtype, data: result };
}
