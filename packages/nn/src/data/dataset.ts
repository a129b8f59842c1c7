import { badArgument, unfoldError } from '@unfoldjs/core';
import { describe } from '../check.js';
import { badFile, checkWhole } from './checks.js';

/** Number of images, then height, width and channels of each. */
export type ImagesShape = readonly [count: number, height: number, width: number, channels: number];

/** Pictures of one size in host memory, dense, one after another: N H W C. */
export interface Images {
  /** Bytes as files hold them (0 to 255), or numbers in any unit. */
  readonly data: Uint8Array | Float32Array;
  readonly shape: ImagesShape;
}

/** Labelled pictures in host memory. Plain data: nothing here is a tensor. */
export interface Dataset {
  readonly images: Images;
  /** The class of each image: an index of `classes`. */
  readonly labels: Int32Array;
  /** Names of the classes. */
  readonly classes: readonly string[];
}

export interface DatasetOptions {
  /** One picture after another, row-major, channels last. */
  readonly images: ArrayLike<number>;
  /** Height, width, channels of a picture. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** The class of each picture, whole numbers from 0. */
  readonly labels: ArrayLike<number>;
  /** Names of the classes. Default: '0', '1', ... up to the largest label. */
  readonly classes?: readonly string[] | undefined;
}

/**
 * A dataset of arrays in memory. Bytes stay bytes (and are not copied); anything else becomes float32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad shape; DATA_MISMATCH where images, labels and classes do not fit each other.
 * @example
 * import { datasetOf } from '@unfoldjs/nn';
 * const two = datasetOf({ images: [0, 1, 2, 3, 4, 5, 6, 7], shape: [2, 2, 1], labels: [0, 1], classes: ['low', 'high'] });
 * two.images.shape; // => [2, 2, 2, 1]
 */
export function datasetOf({ images, shape, labels, classes }: DatasetOptions): Dataset {
  const op = 'datasetOf';
  if (!Array.isArray(shape) || shape.length !== 3) throw badArgument(op, 'shape', `${describe(shape)} is not [height, width, channels].`, 'give the shape of one picture, such as [28, 28, 1].');
  for (const dim of shape as readonly unknown[]) checkWhole(op, 'shape', dim, 1);
  const [height, width, channels] = shape;
  const pixels = height * width * channels;
  if (images.length !== labels.length * pixels) {
    throw unfoldError({
      code: 'DATA_MISMATCH',
      op,
      argument: 'images',
      problem: `${images.length} numbers are not ${labels.length} pictures (one for each label) of ${height} x ${width} x ${channels} = ${pixels} numbers.`,
      fix: `pass ${labels.length * pixels} numbers, or one label for each picture.`,
    });
  }
  const data = images instanceof Uint8Array || images instanceof Float32Array ? images : images instanceof Uint8ClampedArray ? new Uint8Array(images) : Float32Array.from(images);
  return { images: { data, shape: [labels.length, height, width, channels] }, ...labelled(op, labels, classes) };
}

/** Labels checked against classes; without classes as many as the labels need. */
export function labelled(op: string, labels: ArrayLike<number>, classes?: readonly string[]): Pick<Dataset, 'labels' | 'classes'> {
  let largest = -1;
  const limit = classes?.length ?? 2 ** 20;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= limit) {
      throw unfoldError({
        code: 'DATA_MISMATCH',
        op,
        argument: 'labels',
        problem: `label ${label} of picture ${i} is not a whole number from 0 to ${limit - 1}.`,
        fix: classes ? `name all classes (${classes.length} are given), or correct the label.` : 'number the classes from 0.',
      });
    }
    largest = Math.max(largest, label);
  }
  return { labels: Int32Array.from(labels), classes: classes ? [...classes] : Array.from({ length: largest + 1 }, (_, i) => String(i)) };
}

/**
 * The images from `start` up to but without `end`, without a copy of their pixels. Negative positions count from the end.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a range that is not inside the dataset.
 * @example
 * import { datasetOf, sliceDataset } from '@unfoldjs/nn';
 * const three = datasetOf({ images: [7, 8, 9], shape: [1, 1, 1], labels: [0, 1, 0] });
 * sliceDataset(three, 1).labels; // => Int32Array [1, 0]
 */
export function sliceDataset(dataset: Dataset, start: number, end: number = dataset.labels.length): Dataset {
  const [count, height, width, channels] = dataset.images.shape;
  for (const [name, value] of [['start', start], ['end', end]] as const) checkWhole('sliceDataset', name, value, -count, count);
  const [from, to] = [start < 0 ? start + count : start, end < 0 ? end + count : end];
  if (from > to) throw badArgument('sliceDataset', 'end', `${end} is before start ${start}.`, 'give a range whose end is not before its start.');
  const pixels = height * width * channels;
  return {
    images: { data: dataset.images.data.subarray(from * pixels, to * pixels), shape: [to - from, height, width, channels] },
    labels: dataset.labels.subarray(from, to),
    classes: dataset.classes,
  };
}

/**
 * The chosen images, in the order of `indices`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an index outside the dataset.
 */
export function pickFrom(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  const [count, height, width, channels] = dataset.images.shape;
  const pixels = height * width * channels;
  const { data } = dataset.images;
  const picked = data instanceof Uint8Array ? new Uint8Array(indices.length * pixels) : new Float32Array(indices.length * pixels);
  const labels = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    checkWhole('pickFrom', 'indices', index, 0, count - 1);
    picked.set(data.subarray(index * pixels, (index + 1) * pixels), i * pixels);
    labels[i] = dataset.labels[index]!;
  }
  return { images: { data: picked, shape: [indices.length, height, width, channels] }, labels, classes: dataset.classes };
}

/** Pictures and labels that came from files, put together. @throws {UnfoldError} INVALID_FILE where their numbers differ. */
export function paired(op: string, images: Images, labels: ArrayLike<number>, classes?: readonly string[]): Dataset {
  const [count] = images.shape;
  if (count !== labels.length) throw badFile(op, 'labels', `there are ${count} images and ${labels.length} labels.`, 'give the two files of one set.');
  return { images, ...labelled(op, labels, classes) };
}
