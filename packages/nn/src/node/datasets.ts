import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { badFile } from '../data/checks.js';
import { parseCsv, type CsvOptions } from '../data/csv.js';
import type { Dataset } from '../data/dataset.js';
import { idxDataset, parseIdx, type IdxArray } from '../data/idx.js';
import { readBytes, reasonOf } from './read.js';

/** The array in an IDX file, packed with gzip or not. @throws {UnfoldError} INVALID_FILE, as `parseIdx`. */
export const readIdx = async (path: string): Promise<IdxArray> => parseIdx(await readBytes(path, 'readIdx'), path);

/** A dataset of two IDX files, packed with gzip or not. @throws {UnfoldError} INVALID_FILE, as `idxDataset`. */
export async function readIdxDataset(imagesPath: string, labelsPath: string, options: { readonly classes?: readonly string[] | undefined } = {}): Promise<Dataset> {
  const [images, labels] = await Promise.all([readBytes(imagesPath, 'readIdxDataset'), readBytes(labelsPath, 'readIdxDataset')]);
  return idxDataset(images, labels, options);
}

/** The prefixes of the two parts of MNIST, as its authors named them. */
const parts = { train: 'train-', test: 't10k-' } as const;

/**
 * A part of MNIST, or of a set in its form such as Fashion-MNIST: the two files in a folder whose names begin with `train-` or `t10k-`
 * and hold `images` and `labels`, packed with gzip or not. A folder with a single pair of files without such a prefix is one part.
 *
 * @throws {UnfoldError} INVALID_FILE where the folder holds no such pair, or the files are no such data.
 */
export async function readMnist(folder: string, part: keyof typeof parts, options: { readonly classes?: readonly string[] | undefined } = {}): Promise<Dataset> {
  let names: string[];
  try {
    names = (await readdir(folder)).sort();
  } catch (cause) {
    throw badFile('readMnist', 'folder', `${folder} cannot be read: ${reasonOf(cause)}.`, 'give the folder with the IDX files.', cause);
  }
  const idx = names.filter((name) => /idx[13]-ubyte(\.gz)?$/.test(name));
  const ofPart = idx.filter((name) => name.startsWith(parts[part]));
  const all = ofPart.length > 0 || idx.some((name) => Object.values(parts).some((prefix) => name.startsWith(prefix))) ? ofPart : idx;
  const [images, labels] = ['images', 'labels'].map((kind) => all.find((name) => name.includes(kind)));
  if (!images || !labels) {
    throw badFile('readMnist', 'folder', `${folder} holds no pair of IDX files ${parts[part]}images... and ${parts[part]}labels...; it holds ${names.slice(0, 8).join(', ') || 'nothing'}.`, `put ${parts[part]}images-idx3-ubyte.gz and ${parts[part]}labels-idx1-ubyte.gz there.`);
  }
  return readIdxDataset(join(folder, images), join(folder, labels), options);
}

/** A dataset of a CSV file in UTF-8, packed with gzip or not. @throws {UnfoldError} as `parseCsv`; INVALID_FILE for a file that cannot be read. */
export const readCsv = async (path: string, options: CsvOptions): Promise<Dataset> => parseCsv(new TextDecoder().decode(await readBytes(path, 'readCsv')), options, path);
