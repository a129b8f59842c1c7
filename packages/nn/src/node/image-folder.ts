import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { badArgument } from '@unfoldjs/core';
import { badFile, checkWhole } from '../data/checks.js';
import type { Dataset } from '../data/dataset.js';
import { decodePicture, type Picture } from './decode-picture.js';
import { readBytes, reasonOf } from './read.js';

export interface ImageFolderOptions {
  /** Height and width that every picture is brought to, by means of areas. Default: they must all have the size of the first. */
  readonly size?: readonly [height: number, width: number] | undefined;
  /** 1: grey. 3: red, green, blue. Default: 3. */
  readonly channels?: 1 | 3 | undefined;
}

/**
 * A dataset of a folder with one folder of PNG and JPEG files for each class, both in the order of their names. Files with other
 * endings are left out.
 *
 * @throws {UnfoldError} INVALID_FILE naming the file that cannot be read or has another size; INVALID_ARGUMENT for bad options.
 */
export async function readImageFolder(folder: string, options: ImageFolderOptions = {}): Promise<Dataset> {
  const { size, channels = 3 } = options;
  if (channels !== 1 && channels !== 3) throw badArgument('readImageFolder', 'channels', `${String(channels)} is neither 1 nor 3.`, 'use 1 for grey and 3 for colours.');
  size?.forEach((side) => checkWhole('readImageFolder', 'size', side, 1));
  const classes = await entriesOf(folder, 'folders');
  if (classes.length === 0) throw badFile('readImageFolder', 'folder', `${folder} holds no folders.`, 'give a folder that holds one folder for each class.');
  const pixels: Uint8Array[] = [];
  const labels: number[] = [];
  let shared = size;
  for (const [label, name] of classes.entries()) {
    const files = (await entriesOf(join(folder, name), 'files')).filter((file) => /\.(png|jpe?g)$/i.test(file));
    if (files.length === 0) throw badFile('readImageFolder', 'folder', `${join(folder, name)} holds no PNG or JPEG.`, 'put pictures there, or remove the folder.');
    for (const file of files) {
      const path = join(folder, name, file);
      const picture = decodePicture(await readBytes(path, 'readImageFolder'), channels, path);
      shared ??= [picture.height, picture.width];
      const [height, width] = shared;
      if (!size && (picture.height !== height || picture.width !== width)) {
        throw badFile('readImageFolder', path, `it is ${picture.height} x ${picture.width}; the first picture is ${height} x ${width}.`, 'give all pictures one size, or the option `size`.');
      }
      pixels.push(resized(picture, height, width));
      labels.push(label);
    }
  }
  const [height, width] = shared!;
  const data = new Uint8Array(pixels.length * height * width * channels);
  pixels.forEach((picture, i) => data.set(picture, i * height * width * channels));
  return { images: { data, shape: [pixels.length, height, width, channels] }, labels: Int32Array.from(labels), classes };
}

async function entriesOf(folder: string, kind: 'files' | 'folders'): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => (kind === 'folders' ? entry.isDirectory() : !entry.isDirectory()) && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch (cause) {
    throw badFile('readImageFolder', 'folder', `${folder} cannot be read: ${reasonOf(cause)}.`, 'check the path.', cause);
  }
}

/** Each pixel of the result is the mean of the area that it covers in the picture. */
function resized({ width, height, channels, data }: Picture, newHeight: number, newWidth: number): Uint8Array {
  if (width === newWidth && height === newHeight) return data;
  const rows = coverage(height, newHeight);
  const columns = coverage(width, newWidth);
  const out = new Uint8Array(newHeight * newWidth * channels);
  rows.forEach((row, y) =>
    columns.forEach((column, x) => {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (const { at: sourceY, share: shareY } of row) for (const { at: sourceX, share: shareX } of column) sum += shareY * shareX * data[(sourceY * width + sourceX) * channels + c]!;
        out[(y * newWidth + x) * channels + c] = Math.round(sum);
      }
    }),
  );
  return out;
}

/** For each of `to` pixels in a row, the pixels of `from` under it and their shares, which add up to 1. */
function coverage(from: number, to: number): { readonly at: number; readonly share: number }[][] {
  const size = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * size, Math.min((i + 1) * size, from)];
    const covered = [];
    for (let at = Math.floor(start); at < Math.ceil(end - 1e-9); at++) covered.push({ at, share: (Math.min(at + 1, end) - Math.max(at, start)) / (end - start) });
    return covered;
  });
}
