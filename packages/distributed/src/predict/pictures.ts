import { badArgument, tensor, unfoldError, type Tensor } from '@unfoldjs/core';

/** One picture of a source: a PNG or JPEG as the file has it, or its pixels, row-major, channels last. */
export interface NamedImage {
  readonly name: string;
  readonly image: Uint8Array | PixelArray;
}

export interface PixelArray {
  readonly data: Uint8Array | Float32Array;
  readonly shape: readonly [height: number, width: number, channels: number];
}

/** Many pictures of one size: `[N, H, W, C]`, or `[N, H, W]` as IDX files have them. Their names are their indices. */
export interface ImageArrays {
  readonly data: Uint8Array | Float32Array;
  readonly shape: readonly number[];
}

/** A folder with PNG and JPEG files, in folders of any depth; arrays, such as `dataset.images` or what `readIdx` gives; or pictures one by one. */
export type ImageSource = string | ImageArrays | Iterable<NamedImage> | AsyncIterable<NamedImage>;

export interface OpenSource {
  readonly images: AsyncIterable<NamedImage> | Iterable<NamedImage>;
  /** How many; null where that is seen at the end only. */
  readonly total: number | null;
}

/** @throws {UnfoldError} INVALID_ARGUMENT, DATA_MISMATCH, INVALID_FILE */
export async function openSource(source: ImageSource): Promise<OpenSource> {
  if (typeof source === 'string') return openFolder(source);
  if (typeof source === 'object' && source !== null) {
    if ('data' in source && 'shape' in source) return openArrays(source);
    if (Symbol.asyncIterator in source || Symbol.iterator in source) return { images: source, total: null };
  }
  throw badArgument('predictAll', 'source', `it is ${source === null ? 'null' : typeof source}.`, 'give the path of a folder, arrays with `data` and `shape`, or an iterable of `{ name, image }`.');
}

function openArrays({ data, shape }: ImageArrays): OpenSource {
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  const size = height * width * channels;
  if ((shape.length !== 3 && shape.length !== 4) || count * size !== data.length || !(data instanceof Uint8Array || data instanceof Float32Array)) {
    throw unfoldError({ code: 'DATA_MISMATCH', op: 'predictAll', argument: 'source', problem: `${data.length} numbers of ${data.constructor.name} are no pictures of [${shape.join(', ')}].`, fix: 'give a Uint8Array or Float32Array of N x H x W x C numbers, and the shape [N, H, W, C].' });
  }
  const images = function* (): Generator<NamedImage> {
    for (let i = 0; i < count; i++) yield { name: String(i), image: { data: data.subarray(i * size, (i + 1) * size), shape: [height, width, channels] } };
  };
  return { images: images(), total: count };
}

async function openFolder(folder: string): Promise<OpenSource> {
  const [{ readdir, readFile }, { join, relative }] = await Promise.all([import('node:fs/promises'), import('node:path')]);
  const badFolder = (problem: string, cause?: unknown) => unfoldError({ code: 'INVALID_FILE', op: 'predictAll', argument: 'source', problem: `${folder} ${problem}.`, fix: 'give a folder with PNG or JPEG files.', cause });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: Error) => {
    throw badFolder(`cannot be read: ${cause.message}`, cause);
  });
  const paths = entries.filter((entry) => !entry.isDirectory() && /\.(png|jpe?g)$/i.test(entry.name)).map((entry) => join(entry.parentPath, entry.name)).sort();
  if (paths.length === 0) throw badFolder('holds no PNG or JPEG');
  const images = async function* (): AsyncGenerator<NamedImage> {
    // What cannot be read is no picture, and becomes an error record as a damaged one does.
    for (const path of paths) yield { name: relative(folder, path), image: await readFile(path).catch(() => new Uint8Array()) };
  };
  return { images: images(), total: paths.length };
}

/**
 * Pictures of one size as a tensor `[N, H, W, C]`, float32, with the values that they hold (0 to 255 for files).
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where sizes differ, or are not `shape`.
 * @example
 * import { stackPictures } from '@unfoldjs/distributed';
 * stackPictures([{ name: 'a', data: new Uint8Array(4), shape: [2, 2, 1] }]).shape; // => [1, 2, 2, 1]
 */
export function stackPictures(pictures: readonly (PixelArray & { readonly name: string })[], shape: readonly number[] = pictures[0]?.shape ?? [0, 0, 0]): Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const data = new Float32Array(pictures.length * size);
  for (const [i, picture] of pictures.entries()) {
    if (picture.shape.join() !== shape.join()) throw unfoldError({ code: 'SHAPE_MISMATCH', op: 'stackPictures', argument: 'pictures', problem: `${picture.name} is [${picture.shape.join(', ')}], and [${shape.join(', ')}] is wanted.`, fix: 'resize it, or leave it out.' });
    data.set(picture.data, i * size);
  }
  return tensor(data, [pictures.length, ...shape]);
}
