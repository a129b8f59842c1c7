import type { DType, TypedArray } from '../types/dtype.js';

/** Where a kernel sums: doubles for float32, so that the result is rounded once; int32 itself for int32, so that it wraps. */
export const accumulator = (dtype: DType, size: number): Float64Array | Int32Array => (dtype === 'float32' ? new Float64Array(size) : new Int32Array(size));

/** `sums[j] += scale * row[from + j * step]` for all j: the inner loop of every product. Chosen once, so that it stays free of branches. */
export const addScaledOf = (dtype: DType): AddScaled => (dtype === 'float32' ? addScaled : addScaledInt32);

type AddScaled = (sums: Float64Array | Int32Array, scale: number, row: TypedArray, from: number, step: number) => void;

const addScaled: AddScaled = (sums, scale, row, from, step) => {
  for (let j = 0; j < sums.length; j++) sums[j]! += scale * row[from + j * step]!;
};

const addScaledInt32: AddScaled = (sums, scale, row, from, step) => {
  for (let j = 0; j < sums.length; j++) sums[j]! += Math.imul(scale, row[from + j * step]!);
};

/** The sum of `count` products of two runs of elements, each from its own start. */
export const dotOf = (dtype: DType): Dot => (dtype === 'float32' ? dot : dotInt32);

type Dot = (a: TypedArray, fromA: number, b: TypedArray, fromB: number, count: number) => number;

const dot: Dot = (a, fromA, b, fromB, count) => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[fromA + i]! * b[fromB + i]!;
  return sum;
};

const dotInt32: Dot = (a, fromA, b, fromB, count) => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum + Math.imul(a[fromA + i]!, b[fromB + i]!)) | 0;
  return sum;
};
