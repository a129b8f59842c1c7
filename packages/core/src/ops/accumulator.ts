import type { DType } from '../types/dtype.js';

/** Where a kernel sums: doubles for float32, so that the result is rounded once; int32 itself for int32, so that it wraps. */
export const accumulator = (dtype: DType, size: number): Float64Array | Int32Array => (dtype === 'float32' ? new Float64Array(size) : new Int32Array(size));

/** The product whose sum an accumulator of `dtype` takes. */
export const productOf = (dtype: DType): ((a: number, b: number) => number) => (dtype === 'float32' ? (a, b) => a * b : Math.imul);
