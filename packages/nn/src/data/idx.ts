import { badFile } from './checks.js';
import { paired, type Dataset, type Images } from './dataset.js';

export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** What an IDX file holds. */
export interface IdxArray {
  /** Sizes of the axes, outermost first. */
  readonly shape: readonly number[];
  /** The elements, row-major. */
  readonly data: IdxData;
}

interface ElementType {
  readonly bytes: number;
  readonly make: (length: number) => IdxData;
  readonly read: (view: DataView, at: number) => number;
}

/** Element types by the third byte of the file. Numbers are big-endian. */
const elementTypes: Readonly<Record<number, ElementType>> = {
  0x08: { bytes: 1, make: (length) => new Uint8Array(length), read: (view, at) => view.getUint8(at) },
  0x09: { bytes: 1, make: (length) => new Int8Array(length), read: (view, at) => view.getInt8(at) },
  0x0b: { bytes: 2, make: (length) => new Int16Array(length), read: (view, at) => view.getInt16(at) },
  0x0c: { bytes: 4, make: (length) => new Int32Array(length), read: (view, at) => view.getInt32(at) },
  0x0d: { bytes: 4, make: (length) => new Float32Array(length), read: (view, at) => view.getFloat32(at) },
  0x0e: { bytes: 8, make: (length) => new Float64Array(length), read: (view, at) => view.getFloat64(at) },
};

/**
 * The array in an IDX file, the format of MNIST: bytes 0, 0, element type, rank; each size as a big-endian uint32; the elements.
 * Bytes are not copied.
 *
 * @param name what messages call the file.
 * @throws {UnfoldError} INVALID_FILE for anything that is not exactly one IDX array.
 * @source http://yann.lecun.com/exdb/mnist/ (THE IDX FILE FORMAT)
 * @example
 * import { parseIdx } from '@unfoldjs/nn';
 * parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4)).data; // => Uint8Array [5, 0, 4]
 */
export function parseIdx(bytes: Uint8Array, name = 'bytes'): IdxArray {
  const refuse = (problem: string, fix: string) => badFile('parseIdx', name, problem, fix);
  const whole = 'give an IDX file, unpacked (its name often ends in -ubyte).';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw refuse('it is packed with gzip.', 'unpack it first; the functions of @unfoldjs/nn/node do.');
  if (bytes.length < 4) throw refuse(`${bytes.length} bytes are too few for a header.`, whole);
  const [zero, alsoZero, code, rank] = bytes as unknown as readonly [number, number, number, number];
  if (zero !== 0 || alsoZero !== 0) throw refuse(`it begins with the bytes ${zero}, ${alsoZero} and not with two zeros.`, whole);
  const type = elementTypes[code];
  if (!type) throw refuse(`its element type is 0x${code.toString(16).padStart(2, '0')}, which the format does not define.`, 'use 0x08 (uint8), 0x09, 0x0b, 0x0c, 0x0d or 0x0e.');
  const header = 4 + 4 * rank;
  if (bytes.length < header) throw refuse(`${bytes.length} bytes end inside the header: ${rank} sizes need ${header}.`, 'fetch the whole file again.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const length = shape.reduce((size, dim) => size * dim, 1);
  const wanted = header + length * type.bytes;
  if (bytes.length !== wanted) {
    throw refuse(`its header declares [${shape.join(', ')}], which are ${wanted} bytes; there are ${bytes.length}.`, bytes.length < wanted ? 'fetch the whole file again.' : 'give the file alone, with nothing behind its array.');
  }
  if (code === 0x08) return { shape, data: bytes.subarray(header) };
  const data = type.make(length);
  for (let i = 0; i < length; i++) data[i] = type.read(view, header + i * type.bytes);
  return { shape, data };
}

/** Names of the ten classes of Fashion-MNIST. */
export const fashionMnistClasses: readonly string[] = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'];

/**
 * A dataset of a file with images [N, H, W] (grey) or [N, H, W, C] of bytes, and a file with labels [N].
 *
 * @throws {UnfoldError} INVALID_FILE for files that are no such pair; DATA_MISMATCH for a label without a class.
 */
export function idxDataset(images: Uint8Array, labels: Uint8Array, options: { readonly classes?: readonly string[] | undefined } = {}): Dataset {
  return paired('idxDataset', imagesOf(parseIdx(images, 'images')), labelsOf(parseIdx(labels, 'labels')), options.classes);
}

function imagesOf({ shape, data }: IdxArray): Images {
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  if (shape.length < 3 || shape.length > 4 || !(data instanceof Uint8Array) || height * width * channels === 0) {
    throw badFile('idxDataset', 'images', `the array [${shape.join(', ')}] is not pictures of bytes.`, 'give the file of images [N, H, W] first, then the labels.');
  }
  return { data, shape: [count, height, width, channels] };
}

function labelsOf({ shape, data }: IdxArray): IdxData {
  if (shape.length !== 1) throw badFile('idxDataset', 'labels', `the array [${shape.join(', ')}] is not one label for each image.`, 'give the file of images first, then the labels [N].');
  return data;
}
