import { sizeOf, type DType } from '@unfoldjs/core';
import { badModel, exportAgain } from '../errors.js';
import { TensorProto_DataLocation, TensorProto_DataType, type TensorProto } from '../proto/onnx_pb.js';
import type { HostArray } from './host-array.js';

/** One type of element of the format: what it becomes here, and how it lies in bytes. */
interface ElementType {
  readonly name: string;
  readonly dtype: DType;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

const element = (name: string, dtype: DType, bytes: number, read: ElementType['read']): ElementType => ({ name, dtype, bytes, read });

/** @source https://en.wikipedia.org/wiki/Half-precision_floating-point_format */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(4));
function bfloat(bits: number): number {
  word.setUint16(0, bits);
  return word.getFloat32(0);
}

const elementTypes = new Map<number, ElementType>([
  [TensorProto_DataType.FLOAT, element('float', 'float32', 4, (view, at) => view.getFloat32(at, true))],
  [TensorProto_DataType.UINT8, element('uint8', 'int32', 1, (view, at) => view.getUint8(at))],
  [TensorProto_DataType.INT8, element('int8', 'int32', 1, (view, at) => view.getInt8(at))],
  [TensorProto_DataType.UINT16, element('uint16', 'int32', 2, (view, at) => view.getUint16(at, true))],
  [TensorProto_DataType.INT16, element('int16', 'int32', 2, (view, at) => view.getInt16(at, true))],
  [TensorProto_DataType.INT32, element('int32', 'int32', 4, (view, at) => view.getInt32(at, true))],
  [TensorProto_DataType.INT64, element('int64', 'int32', 8, (view, at) => Number(view.getBigInt64(at, true)))],
  [TensorProto_DataType.BOOL, element('bool', 'bool', 1, (view, at) => (view.getUint8(at) === 0 ? 0 : 1))],
  [TensorProto_DataType.FLOAT16, element('float16', 'float32', 2, (view, at) => half(view.getUint16(at, true)))],
  [TensorProto_DataType.DOUBLE, element('double', 'float32', 8, (view, at) => view.getFloat64(at, true))],
  [TensorProto_DataType.UINT32, element('uint32', 'int32', 4, (view, at) => view.getUint32(at, true))],
  [TensorProto_DataType.UINT64, element('uint64', 'int32', 8, (view, at) => Number(view.getBigUint64(at, true)))],
  [TensorProto_DataType.BFLOAT16, element('bfloat16', 'float32', 2, (view, at) => bfloat(view.getUint16(at, true)))],
]);

/** What elements of a type of ONNX are here, and its name; null for one that has no form here (strings, complex numbers, floats of 8 bits). */
export const elementTypeOf = (dataType: number): { readonly name: string; readonly dtype: DType } | null => elementTypes.get(dataType) ?? null;

/** Bytes that lie outside of the file. */
export type ReadExternal = (tensor: { readonly name: string; readonly location: string; readonly offset: number; readonly length: number | null }) => Uint8Array;

/**
 * The elements of a tensor of the file, wherever it keeps them.
 *
 * @throws {UnfoldError} INVALID_FILE
 */
export function hostArrayOf(tensor: TensorProto, readExternal: ReadExternal): HostArray {
  const type = elementTypes.get(tensor.dataType);
  const name = tensor.name || 'a constant';
  if (!type) throw badModel(`\`${name}\` has elements of type ${TensorProto_DataType[tensor.dataType] ?? tensor.dataType}, which has no form here.`, 'use float, integer or bool tensors.');
  const shape = shapeOf(tensor.dims, name);
  const size = sizeOf(shape);
  const { dtype } = type;
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) return { shape, dtype, data: fromBytes(readExternal(externalOf(tensor)), type, size, name) };
  if (tensor.rawData.length > 0) return { shape, dtype, data: fromBytes(tensor.rawData, type, size, name) };
  const listed = listedData(tensor, type);
  if (listed.length !== size) throw sizeError(name, shape, size, `${listed.length} elements`);
  return { shape, dtype, data: listed };
}

const sizeError = (name: string, shape: readonly number[], size: number, has: string): Error => badModel(`\`${name}\` is [${shape.join(', ')}], which is ${size} elements, and the file has ${has} for it.`, exportAgain);

/** @throws {UnfoldError} INVALID_FILE for a negative size or more elements than numbers count exactly */
function shapeOf(dims: readonly bigint[], name: string): number[] {
  const shape = dims.map(Number);
  if (shape.some((dim) => dim < 0)) throw badModel(`\`${name}\` has a negative size: [${shape.join(', ')}].`, exportAgain);
  if (sizeOf(shape) > Number.MAX_SAFE_INTEGER) throw badModel(`the sizes of \`${name}\` overflow: [${shape.join(', ')}].`, exportAgain);
  return shape;
}

/** Borrowed from the file where it lies so that it can be. */
function fromBytes(bytes: Uint8Array, type: ElementType, size: number, name: string): ArrayLike<number> {
  if (bytes.length !== size * type.bytes) throw badModel(`\`${name}\` takes ${size * type.bytes} bytes (${size} of ${type.name}), and the file has ${bytes.length} for it.`, exportAgain);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type.name === 'float') return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const data = type.dtype === 'float32' ? new Float32Array(size) : type.bytes > 4 || type.name === 'uint32' ? new Float64Array(size) : new Int32Array(size);
  for (let i = 0; i < size; i++) data[i] = type.read(view, i * type.bytes);
  return data;
}

/** By a loop: `from` and `set` of typed arrays take ten times as long on the lists of messages. */
function copied(list: readonly number[], data: Float32Array | Int32Array): ArrayLike<number> {
  for (let i = 0; i < list.length; i++) data[i] = list[i]!;
  return data;
}

/** Elements that stand in the file one by one. Halves are whole numbers there, by their bits. */
function listedData(tensor: TensorProto, { name }: ElementType): ArrayLike<number> {
  switch (name) {
    case 'float':
      return copied(tensor.floatData, new Float32Array(tensor.floatData.length));
    case 'double':
      return copied(tensor.doubleData, new Float32Array(tensor.doubleData.length));
    case 'int64':
      return Float64Array.from(tensor.int64Data, Number);
    case 'uint32':
    case 'uint64':
      return Float64Array.from(tensor.uint64Data, Number);
    case 'float16':
      return Float32Array.from(tensor.int32Data, half);
    case 'bfloat16':
      return Float32Array.from(tensor.int32Data, bfloat);
    default:
      return copied(tensor.int32Data, new Int32Array(tensor.int32Data.length));
  }
}

/** @throws {UnfoldError} INVALID_FILE for a place that is no place in one file beside the model */
function externalOf({ name, externalData }: TensorProto): Parameters<ReadExternal>[0] {
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  const [offset, length] = ['offset', 'length'].map((key) => (entries.has(key) ? Number(entries.get(key)) : null)) as [number | null, number | null];
  for (const [key, value] of [['offset', offset], ['length', length]] as const) {
    if (value !== null && !(Number.isSafeInteger(value) && value >= 0)) throw badModel(`the ${key} of the external data of \`${name}\` is no size: ${JSON.stringify(entries.get(key))}.`, exportAgain);
  }
  if (location === '' || /^([/\\]|[a-z]:)/i.test(location) || location.includes('://') || location.includes('\0') || location.split(/[/\\]/).includes('..')) {
    throw badModel(`the external data of \`${name}\` lies at ${JSON.stringify(location)}, which is not in the folder of the model.`, 'put the data beside the model, and give its place relative to it.');
  }
  return { name, location, offset: offset ?? 0, length };
}
