import type { DType } from '@unfoldjs/core';

/** An element type of safetensors, and how Unfold reads it. Numbers in files are little-endian. */
export interface ElementType {
  readonly bytes: number;
  /** The dtype it becomes. */
  readonly dtype: DType;
  /** What is said where the type is not kept; null where it is. */
  readonly conversion: string | null;
  readonly read: (view: DataView, at: number) => number;
}

const type = (bytes: number, dtype: DType, conversion: string | null, read: ElementType['read']): ElementType => ({ bytes, dtype, conversion, read });

/** What is read. Numbers that the dtype cannot hold are refused by `decodeTensor`. */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map([
  ['F32', type(4, 'float32', null, (view, at) => view.getFloat32(at, true))],
  ['I32', type(4, 'int32', null, (view, at) => view.getInt32(at, true))],
  ['BOOL', type(1, 'bool', null, (view, at) => view.getUint8(at))],
  ['F64', type(8, 'float32', 'float64 rounded to float32', (view, at) => view.getFloat64(at, true))],
  ['F16', type(2, 'float32', 'float16 widened to float32, exactly', (view, at) => halfToNumber(view.getUint16(at, true)))],
  ['BF16', type(2, 'float32', 'bfloat16 widened to float32, exactly', (view, at) => bfloatToNumber(view.getUint16(at, true)))],
  ['I64', type(8, 'int32', 'int64 as int32, every value fits', (view, at) => Number(view.getBigInt64(at, true)))],
  ['U64', type(8, 'int32', 'uint64 as int32, every value fits', (view, at) => Number(view.getBigUint64(at, true)))],
  ['U32', type(4, 'int32', 'uint32 as int32, every value fits', (view, at) => view.getUint32(at, true))],
  ['I16', type(2, 'int32', 'int16 widened to int32', (view, at) => view.getInt16(at, true))],
  ['U16', type(2, 'int32', 'uint16 widened to int32', (view, at) => view.getUint16(at, true))],
  ['I8', type(1, 'int32', 'int8 widened to int32', (view, at) => view.getInt8(at))],
  ['U8', type(1, 'int32', 'uint8 widened to int32', (view, at) => view.getUint8(at))],
]);

/** Types of the format that have no counterpart here. */
export const unreadTypes: readonly string[] = ['F4', 'F6_E2M3', 'F6_E3M2', 'F8_E5M2', 'F8_E4M3', 'F8_E8M0', 'C64'];

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(4));

/** The upper half of a binary32. */
export function bfloatToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}
