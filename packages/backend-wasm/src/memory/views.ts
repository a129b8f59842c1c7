import { sizeOf, type TensorType, type TypedArray } from '@unfoldjs/core';

export const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** The elements at an address. The view dies when a memory that is not shared grows. */
export function viewOf(memory: WebAssembly.Memory, pointer: number, { dtype, shape }: TensorType): TypedArray {
  return new arrays[dtype](memory.buffer, pointer, sizeOf(shape));
}
