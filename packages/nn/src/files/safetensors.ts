import { badArgument } from '@unfoldjs/core';
import { badFile } from '../data/checks.js';
import { elementTypes } from './element-types.js';
import type { HostTensor } from './host-tensor.js';
import { maxHeaderBytes, readHeader, type HeaderEntry } from './safetensors-header.js';

/** What a safetensors file holds. */
export interface SafetensorsFile {
  /** By name, in the order of the header. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** One sentence for each tensor whose element type was not kept. */
  readonly notes: readonly string[];
}

/**
 * The tensors in a safetensors file. F32, I32 and BOOL are kept; F16, BF16, F64, I64, U64, U32, I16, U16, I8 and U8 become float32 or
 * int32, and `notes` says so.
 *
 * @param name what messages call the file. Default: 'file'.
 * @throws {UnfoldError} INVALID_FILE for a file that breaks any rule of the format, or a whole number that int32 cannot hold: never a part
 * of a file.
 * @source https://github.com/huggingface/safetensors#format
 * @example
 * import { decodeSafetensors, encodeSafetensors } from '@unfoldjs/nn';
 * const file = encodeSafetensors({ bias: { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) } }, { epoch: '3' });
 * const { tensors, metadata } = decodeSafetensors(file);
 * tensors.get('bias')?.data; // => Float32Array [1, 2]
 * metadata; // => { epoch: '3' }
 */
export function decodeSafetensors(file: Uint8Array, name = 'file'): SafetensorsFile {
  const { entries, metadata, dataStart } = readHeader(file, name);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const tensors = new Map(entries.map((entry) => [entry.name, decodeTensor(view, dataStart, entry, name)]));
  const notes = entries.flatMap((entry) => {
    const { conversion } = elementTypes.get(entry.dtype)!;
    return conversion ? [`${entry.name}: ${conversion}`] : [];
  });
  return { tensors, metadata, notes };
}

function decodeTensor(view: DataView, dataStart: number, { name, dtype, shape, begin }: HeaderEntry, file: string): HostTensor {
  const type = elementTypes.get(dtype)!;
  const size = shape.reduce((product, dim) => product * dim, 1);
  const at = (i: number): number => type.read(view, dataStart + begin + i * type.bytes);
  if (type.dtype === 'float32') {
    const data = new Float32Array(size);
    for (let i = 0; i < size; i++) data[i] = at(i);
    return { dtype: 'float32', shape, data };
  }
  const data = type.dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const value = at(i);
    if (type.dtype === 'int32' ? value !== (value | 0) : value > 1) {
      throw badFile('decodeSafetensors', file, `element ${i} of tensor ${JSON.stringify(name)} (${dtype}) is ${value}, which ${type.dtype} cannot hold.`, 'store values that fit, or as F32.');
    }
    data[i] = value;
  }
  return data instanceof Int32Array ? { dtype: 'int32', shape, data } : { dtype: 'bool', shape, data };
}

// In the order in which they are stored, widest alignment first.
const stored = { float32: { code: 'F32', bytes: 4 }, int32: { code: 'I32', bytes: 4 }, bool: { code: 'BOOL', bytes: 1 } } as const;
const order = Object.keys(stored);

/**
 * Tensors as the bytes of a safetensors file: the same bytes for the same tensors, in whatever order they come.
 *
 * @param metadata any strings. Default: none.
 * @throws {UnfoldError} INVALID_ARGUMENT for the name `__metadata__`, data that does not fit its shape, metadata that is no text, or a
 * header that would be too long.
 * @source https://github.com/huggingface/safetensors#format
 */
export function encodeSafetensors(tensors: Readonly<Record<string, HostTensor>> | ReadonlyMap<string, HostTensor>, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const entries = tensors instanceof Map ? [...(tensors as ReadonlyMap<string, HostTensor>)] : Object.entries(tensors as Readonly<Record<string, HostTensor>>);
  const sorted = entries.sort(([a, { dtype: x }], [b, { dtype: y }]) => order.indexOf(x) - order.indexOf(y) || (a < b ? -1 : 1));
  for (const [key, value] of Object.entries(metadata)) if (typeof value !== 'string') throw badArgument('encodeSafetensors', 'metadata', `${JSON.stringify(key)} is not a string.`, 'turn every value into text, such as by JSON.stringify.');

  const header = new Map<string, unknown>(Object.keys(metadata).length > 0 ? [['__metadata__', metadata]] : []);
  let bytes = 0;
  for (const [name, { dtype, shape, data }] of sorted) {
    const begin = bytes;
    bytes += shape.reduce((product, dim) => product * dim, stored[dtype].bytes);
    if (name === '__metadata__') throw badArgument('encodeSafetensors', 'tensors', 'the format keeps the name __metadata__ for itself.', 'choose another name.');
    if (data.byteLength !== bytes - begin) throw badArgument('encodeSafetensors', 'tensors', `the data of ${JSON.stringify(name)} has ${data.byteLength} bytes; ${dtype} [${shape.join(', ')}] has ${bytes - begin}.`, 'give as many elements as the shape has.');
    header.set(name, { dtype: stored[dtype].code, shape, data_offsets: [begin, bytes] });
  }
  const json = new TextEncoder().encode(`{${[...header].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`);
  // Spaces up to the next multiple of 8 align the tensors.
  const length = Math.ceil(json.length / 8) * 8;
  if (length > maxHeaderBytes) throw badArgument('encodeSafetensors', 'tensors', `the header would have ${length} bytes; the format allows ${maxHeaderBytes}.`, 'store fewer tensors or less metadata.');

  const file = new Uint8Array(8 + length + bytes);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(length), true);
  file.set(json, 8);
  file.fill(0x20, 8 + json.length, 8 + length);
  let at = 8 + length;
  for (const [, { dtype, data }] of sorted) {
    if (dtype === 'float32') for (const value of data) at = (view.setFloat32(at, value, true), at + 4);
    else if (dtype === 'int32') for (const value of data) at = (view.setInt32(at, value, true), at + 4);
    else {
      file.set(data, at);
      at += data.length;
    }
  }
  return file;
}
