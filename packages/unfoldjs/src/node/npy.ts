import type { UnfoldError } from '@unfoldjs/core';
import type { HostTensor } from '@unfoldjs/nn';
import { badFile } from './faults.js';

/** The format of `numpy.save`: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // "\x93NUMPY"

interface ElementType {
  readonly bytes: number;
  readonly dtype: HostTensor['dtype'];
  readonly read: (view: DataView, at: number) => number;
}

const elementTypes: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ['<f4', { bytes: 4, dtype: 'float32', read: (view, at) => view.getFloat32(at, true) }],
  ['<f8', { bytes: 8, dtype: 'float32', read: (view, at) => view.getFloat64(at, true) }],
  ['<i4', { bytes: 4, dtype: 'int32', read: (view, at) => view.getInt32(at, true) }],
  ['<i8', { bytes: 8, dtype: 'int32', read: (view, at) => Number(view.getBigInt64(at, true)) }],
  ['|u1', { bytes: 1, dtype: 'int32', read: (view, at) => view.getUint8(at) }],
  ['|b1', { bytes: 1, dtype: 'bool', read: (view, at) => view.getUint8(at) }],
]);

const descrs = { float32: '<f4', int32: '<i4', bool: '|b1' } as const;

/** One entry of the dictionary of Python that is the header. */
const entry = String.raw`\s*(['"])(descr|fortran_order|shape)\N\s*:\s*('[^']*'|"[^"]*"|True|False|\([\d\s,]*\))\s*`;
const header = new RegExp(`^\\s*\\{${[1, 4, 7].map((group) => entry.replace('N', String(group))).join(',')},?\\s*\\}\\s*$`);
const mostHeaderBytes = 2 ** 16;

/**
 * The array in a .npy file, versions 1 and 2, in C order: float32, float64 (rounded to float32), int32, int64 (what int32 holds), uint8 and bool.
 *
 * @param name - what messages call the file.
 * @throws {UnfoldError} INVALID_FILE for anything else.
 * @example
 * import { decodeNpy, encodeNpy } from 'unfoldjs/node';
 * const file = encodeNpy({ dtype: 'float32', shape: [2, 1], data: Float32Array.of(3, 4) });
 * decodeNpy(file).shape; // => [2, 1]
 */
export function decodeNpy(file: Uint8Array, name = 'file'): HostTensor {
  const refuse = (problem: string, fix = 'save it again by `np.save`.'): UnfoldError => badFile('decodeNpy', name, problem, fix);
  if (file.length < 10 || magic.some((byte, i) => file[i] !== byte)) throw refuse('it is no .npy file.', 'save one by `np.save`; of an .npz, save each array by itself.');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = file[6]!;
  if (version !== 1 && version !== 2) throw refuse(`its version is ${version}, and 1 and 2 are read.`);
  const begin = version === 1 ? 10 : 12;
  if (file.length < begin) throw refuse('it ends in its header.');
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > mostHeaderBytes || begin + length > file.length) throw refuse('it ends in its header.');
  const { descr, fortran, shape } = fieldsOf(new TextDecoder('latin1').decode(file.subarray(begin, begin + length)), refuse);
  const type = elementTypes.get(descr);
  if (!type) throw refuse(`its elements are ${descr}; ${[...elementTypes.keys()].join(', ')} are read.`, 'save it as one of these: `np.save(file, x.astype(np.float32))`.');
  if (fortran) throw refuse('its elements lie column by column.', 'save it row by row: `np.save(file, np.ascontiguousarray(x))`.');
  const count = shape.reduce((product, dim) => product * dim, 1);
  const has = file.length - begin - length;
  if (has !== count * type.bytes) throw refuse(`[${shape.join(', ')}] of ${descr} takes ${count * type.bytes} bytes, and it has ${has}.`);
  const read = (i: number): number => type.read(view, begin + length + i * type.bytes);
  const data = type.dtype === 'float32' ? new Float32Array(count) : type.dtype === 'int32' ? new Int32Array(count) : new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const value = read(i);
    data[i] = value;
    if (type.dtype !== 'float32' && (data[i] !== value || (type.dtype === 'bool' && value > 1))) throw refuse(`element ${i} is ${value}, which ${type.dtype} does not hold.`, 'keep whole numbers between -2^31 and 2^31 - 1, and booleans 0 or 1.');
  }
  return { dtype: type.dtype, shape, data } as HostTensor;
}

function fieldsOf(text: string, refuse: (problem: string) => UnfoldError): { descr: string; fortran: boolean; shape: number[] } {
  const found = header.exec(text);
  const fields = new Map(found ? [2, 5, 8].map((group) => [found[group]!, found[group + 1]!]) : []);
  const [descr, fortran, shape] = [fields.get('descr'), fields.get('fortran_order'), fields.get('shape')];
  const sizes = shape && /^\(\s*((?:\d+\s*,\s*)*)(\d*)\s*\)$/.exec(shape);
  const isTuple = sizes && (sizes[1] !== '' || sizes[2] === '');
  if (!descr || !/^['"]/.test(descr) || !fortran || !/^(True|False)$/.test(fortran) || !isTuple) throw refuse(`its header is not one of an array: ${JSON.stringify(text.slice(0, 120).trim())}.`);
  const dims = shape!.match(/\d+/g)?.map(Number) ?? [];
  if (!Number.isSafeInteger(dims.reduce((product, dim) => product * dim, 8))) throw refuse(`its sizes overflow: ${shape}.`);
  return { descr: descr.slice(1, -1), fortran: fortran === 'True', shape: dims };
}

/** A tensor as a .npy file of version 1, as `np.save` would write it. */
export function encodeNpy({ dtype, shape, data }: HostTensor): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descrs[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Up to a multiple of 64 bytes, the line feed included.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const file = new Uint8Array(10 + length + data.byteLength);
  const view = new DataView(file.buffer);
  file.set([...magic, 1, 0]);
  view.setUint16(8, length, true);
  file.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), 10);
  const at = 10 + length;
  if (dtype === 'float32') data.forEach((value, i) => view.setFloat32(at + i * 4, value, true));
  else if (dtype === 'int32') data.forEach((value, i) => view.setInt32(at + i * 4, value, true));
  else file.set(data, at);
  return file;
}
