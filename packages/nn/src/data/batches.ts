import { badArgument } from '@unfoldjs/core';
import type { Augment } from './augment.js';
import { checkWhole } from './checks.js';
import type { Dataset } from './dataset.js';
import { prefetch } from './prefetch.js';
import { purposes, randomAt } from './random.js';
import { shuffledIndices } from './shuffle.js';

/** Some images of a dataset, ready for a model, in host memory. */
export interface HostBatch {
  /** Numbers; bytes of the dataset as 0 to 1. */
  readonly images: Float32Array;
  /** [N, height, width, channels]. */
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
  readonly labels: Int32Array;
  /** Positions of the images in the dataset. */
  readonly indices: Uint32Array;
}

export interface BatchesOptions {
  /** Images a batch. Default: 32. */
  readonly batchSize?: number | undefined;
  /** An order drawn from (seed, epoch) in place of the dataset's. Default: false. */
  readonly shuffle?: boolean | undefined;
  /** Default: 0. */
  readonly seed?: number | undefined;
  /** Another epoch has another order and other augmentations. Default: 0. */
  readonly epoch?: number | undefined;
  /** Changes each image, from (seed, epoch, its position in the dataset): the same whatever the order and the batch size are. */
  readonly augment?: Augment | undefined;
  /** Leaves out a last batch that is not full. Default: false. */
  readonly dropLast?: boolean | undefined;
  /** Batches left out at the beginning, to go on in the middle of an epoch. Default: 0. */
  readonly skip?: number | undefined;
  /** Batches made ahead. Default: 2. */
  readonly prefetch?: number | undefined;
}

/**
 * One pass over a dataset in batches, prepared ahead while the caller awaits its step. Every image comes once.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for options outside their range.
 * @example
 * import { batches, datasetOf } from '@unfoldjs/nn';
 * const dataset = datasetOf({ images: Uint8Array.of(0, 51, 255), shape: [1, 1, 1], labels: [0, 1, 2] });
 * const sizes = [];
 * for await (const { labels } of batches(dataset, { batchSize: 2 })) sizes.push(labels.length);
 * sizes; // => [2, 1]
 */
export function batches(dataset: Dataset, options: BatchesOptions = {}): AsyncIterable<HostBatch> {
  return prefetch({ [Symbol.iterator]: () => hostBatches(dataset, options) }, checkOptions(options).prefetch ?? 2);
}

/** How many batches `batches` gives. */
export function batchCount(dataset: Dataset, options: BatchesOptions = {}): number {
  const { batchSize = 32, dropLast = false, skip = 0 } = checkOptions(options);
  const all = dataset.labels.length / batchSize;
  return Math.max(0, (dropLast ? Math.floor(all) : Math.ceil(all)) - skip);
}

function checkOptions(options: BatchesOptions): BatchesOptions {
  for (const [name, least] of [['batchSize', 1], ['seed', 0], ['epoch', 0], ['skip', 0], ['prefetch', 0]] as const) {
    if (options[name] !== undefined) checkWhole('batches', name, options[name], least);
  }
  if (options.augment !== undefined && typeof options.augment !== 'function') {
    throw badArgument('batches', 'augment', 'it is not a function.', 'pass augmentation({ ... }).');
  }
  return options;
}

function* hostBatches(dataset: Dataset, options: BatchesOptions): Generator<HostBatch, void, undefined> {
  const { batchSize = 32, shuffle = false, seed = 0, epoch = 0, augment, skip = 0 } = options;
  const count = dataset.labels.length;
  const order = shuffle ? shuffledIndices(count, seed, epoch) : Uint32Array.from({ length: count }, (_, i) => i);
  const total = skip + batchCount(dataset, options);
  for (let batch = skip; batch < total; batch++) {
    const indices = order.slice(batch * batchSize, (batch + 1) * batchSize);
    yield batchAt(dataset, indices, { seed, epoch, augment });
  }
}

/**
 * The images at `indices`, in that order, as a batch that `batches` could have given.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an index outside the dataset.
 * @example
 * import { batchAt, datasetOf } from '@unfoldjs/nn';
 * const dataset = datasetOf({ images: Uint8Array.of(0, 51, 255), shape: [1, 1, 1], labels: [0, 1, 2] });
 * batchAt(dataset, Uint32Array.of(2, 0)).images; // => Float32Array [1, 0]
 */
export function batchAt(dataset: Dataset, indices: Uint32Array, { seed = 0, epoch = 0, augment }: Pick<BatchesOptions, 'seed' | 'epoch' | 'augment'> = {}): HostBatch {
  const [count, ...picture] = dataset.images.shape;
  const pixels = picture[0] * picture[1] * picture[2];
  const images = new Float32Array(indices.length * pixels);
  const labels = new Int32Array(indices.length);
  indices.forEach((index, i) => {
    checkWhole('batchAt', 'indices', index, 0, count - 1);
    const image = unitPixels(dataset, index, pixels);
    images.set(augment ? augment(image, picture, randomAt(seed, purposes.augment, epoch, index)) : image, i * pixels);
    labels[i] = dataset.labels[index]!;
  });
  return { images, shape: [indices.length, ...picture], labels, indices };
}

/** One image as float32, bytes as 0 to 1. */
function unitPixels({ images: { data } }: Dataset, index: number, pixels: number): Float32Array {
  const image = data.subarray(index * pixels, (index + 1) * pixels);
  if (image instanceof Float32Array) return image;
  // A loop: Float32Array.from with a function took longer than the rest of a batch.
  const unit = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) unit[i] = image[i]! / 255;
  return unit;
}
