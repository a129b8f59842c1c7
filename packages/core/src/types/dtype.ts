/** The element types of a tensor, in the order of promotion: bool < int32 < float32. */
export const dtypes = ['bool', 'int32', 'float32'] as const;
export type DType = (typeof dtypes)[number];

/** Dense row-major elements. `Float64Array` holds float32 tensors in the float64 mode of a backend; `Uint8Array` holds bool as 0 and 1. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

export const isDType = (value: unknown): value is DType => dtypes.includes(value as DType);

/** Bytes of one element at the boundary of a backend. */
export const bytesPerElement = { bool: 1, int32: 4, float32: 4 } as const satisfies Record<DType, number>;

export const promote = (a: DType, b: DType): DType => (dtypes.indexOf(a) >= dtypes.indexOf(b) ? a : b);

/** Arithmetic has no boolean form: bool operands become int32, as in TensorFlow.js. */
export const arithmetic = (dtype: DType): DType => (dtype === 'bool' ? 'int32' : dtype);

/** A zeroed array for `size` elements of `dtype`. */
export function allocate(dtype: DType, size: number): Float32Array | Int32Array | Uint8Array {
  switch (dtype) {
    case 'float32':
      return new Float32Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'bool':
      return new Uint8Array(size);
  }
}
