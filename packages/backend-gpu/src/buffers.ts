import { unfoldError, allocate, formatType, sizeOf, type BackendBuffer, type MemoryInfo, type TensorType, type TypedArray } from '@unfoldjs/core';
import type { Handle, NestedResult } from './gpujs.js';
import { exactLimit } from './modes.js';

/** Elements on the device. Every dtype is float32 there; a tensor without elements holds one that nobody reads. */
export interface DeviceBuffer extends BackendBuffer {
  handle: Handle | null;
  readonly bytes: number;
}

/** A host array that gpu.js does not copy when it samples its arguments: ours are never written again. */
export class SharedArray extends Float32Array {
  override slice(): this {
    return this;
  }
}

/** Elements that a handle for `type` has: gpu.js knows no empty ones. */
export const deviceSize = (type: TensorType): number => Math.max(1, sizeOf(type.shape));
export const deviceBytes = (type: TensorType): number => deviceSize(type) * 4;

/** Counts what a backend holds. */
export class Memory {
  #live = 0;
  #peak = 0;
  #buffers = 0;

  /** Counts bytes that come (or, negative, go). */
  track(bytes: number): void {
    this.#live += bytes;
    this.#peak = Math.max(this.#peak, this.#live);
  }

  trackBuffer(bytes: number): void {
    this.#buffers += Math.sign(bytes);
    this.track(bytes);
  }

  info(): MemoryInfo {
    return { live: this.#live, peak: this.#peak, buffers: this.#buffers };
  }

  resetPeak(): void {
    this.#peak = this.#live;
  }

  clear(): void {
    this.#live = 0;
    this.#buffers = 0;
  }
}

/**
 * Host elements as the float32 that the device calculates with.
 *
 * @throws {UnfoldError} DATA_MISMATCH for an int32 that float32 does not hold.
 */
export function toDevice(data: TypedArray, type: TensorType, mode: string): SharedArray {
  const size = sizeOf(type.shape);
  if (data.length !== size) {
    throw unfoldError({
      code: 'DATA_MISMATCH',
      op: 'upload',
      argument: 'data',
      problem: `${data.length} elements are given for ${formatType(type)}, which has ${size}.`,
      fix: 'pass exactly as many elements as the shape has.',
    });
  }
  if (type.dtype === 'int32') refuseLargeIntegers(data, type, mode, 'upload');
  const elements = new SharedArray(deviceSize(type));
  elements.set(data);
  return elements;
}

/** Elements of the device as the host's array of the dtype. @throws {UnfoldError} BACKEND_FAILED for an int32 that is not exact. */
export function fromDevice(elements: Float32Array, type: TensorType, mode: string): TypedArray {
  const own = elements.subarray(0, sizeOf(type.shape));
  if (type.dtype === 'int32') refuseLargeIntegers(own, type, mode, 'read');
  const data = allocate(type.dtype, own.length);
  data.set(own);
  return data;
}

/** The result of the largest of no int32 at all; a power of two, which float32 holds. */
const emptyMaximum = -(2 ** 31);

function refuseLargeIntegers(data: ArrayLike<number>, type: TensorType, mode: string, op: 'upload' | 'read'): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (Math.abs(value) <= exactLimit || value === emptyMaximum || !Number.isFinite(value)) continue;
    throw unfoldError({
      code: op === 'upload' ? 'DATA_MISMATCH' : 'BACKEND_FAILED',
      op,
      argument: op === 'upload' ? 'data' : undefined,
      problem: `element ${i} is ${value}, and gpu.js (${mode}) calculates int32 in float32, which is exact up to ${exactLimit} only.`,
      fix: 'cast to float32 if rounding is welcome, or use a backend with real int32: `cpu()`.',
      operands: [{ name: 'tensor', type }],
    });
  }
}

/** The elements of a result of gpu.js as one row. Rows that lie one after the other in one buffer are not copied. */
export function flatten(result: NestedResult, size: number): Float32Array {
  let first: NestedResult = result;
  while (!(first instanceof Float32Array)) first = first[0]!;
  if (first.byteOffset === 0 && first.buffer.byteLength === size * 4 && !(first.buffer instanceof SharedMemory)) return new Float32Array(first.buffer);
  if (result instanceof Float32Array) return result.length === size ? result : result.subarray(0, size);
  const flat = new Float32Array(size);
  let at = 0;
  const visit = (part: NestedResult): void => {
    if (part instanceof Float32Array) {
      flat.set(part.subarray(0, size - at), at);
      at = Math.min(size, at + part.length);
    } else for (const entry of part) visit(entry);
  };
  visit(result);
  return flat;
}

/** `instanceof` against a class that some hosts lack. */
const SharedMemory: abstract new () => object = (globalThis as { SharedArrayBuffer?: abstract new () => object }).SharedArrayBuffer ?? class {};

