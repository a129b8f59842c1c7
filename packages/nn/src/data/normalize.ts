import { badArgument } from '@unfoldjs/core';
import type { Dataset } from './dataset.js';

/** Mean and deviation of each channel, in the unit of the pixels. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * Mean and standard deviation of each channel over all images. Take them from the training part, and use them for the test part too.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a dataset without images.
 * @example
 * import { channelStatistics, datasetOf } from '@unfoldjs/nn';
 * channelStatistics(datasetOf({ images: [0, 2], shape: [1, 1, 1], labels: [0, 0] })); // => { mean: [1], std: [1] }
 */
export function channelStatistics({ images: { data, shape } }: Dataset): ChannelStatistics {
  const channels = shape[3];
  if (data.length === 0) throw badArgument('channelStatistics', 'dataset', 'it has no images.', 'give at least one image.');
  const count = data.length / channels;
  const means = sums(data, channels, (value) => value).map((sum) => sum / count);
  // A second pass over differences from the mean loses no digits where the mean is large.
  const variances = sums(data, channels, (value, channel) => (value - means[channel]!) ** 2).map((sum) => sum / count);
  return { mean: means, std: variances.map(Math.sqrt) };
}

function sums(data: ArrayLike<number>, channels: number, of: (value: number, channel: number) => number): number[] {
  const totals = new Array<number>(channels).fill(0);
  for (let i = 0; i < data.length; i++) totals[i % channels]! += of(data[i]!, i % channels);
  return totals;
}

/**
 * The dataset with every pixel as (pixel - mean) / std of its channel, in float32. Without statistics bytes are divided by 255 and
 * other numbers left alone, so that both are in 0 .. 1. A channel whose deviation is 0 is only centred.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where the statistics are of another number of channels.
 * @example
 * import { datasetOf, normalize } from '@unfoldjs/nn';
 * const bytes = datasetOf({ images: Uint8Array.of(0, 255), shape: [1, 1, 1], labels: [0, 1] });
 * normalize(bytes).images.data; // => Float32Array [0, 1]
 */
export function normalize(dataset: Dataset, statistics?: ChannelStatistics): Dataset {
  const { data, shape } = dataset.images;
  const channels = shape[3];
  const { mean, std } = statistics ?? { mean: new Array<number>(channels).fill(0), std: new Array<number>(channels).fill(data instanceof Uint8Array ? 255 : 1) };
  if (mean.length !== channels || std.length !== channels) {
    throw badArgument('normalize', 'statistics', `they are of ${mean.length} channels, the images have ${channels}.`, 'take them of images with as many channels.');
  }
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = (data[i]! - mean[i % channels]!) / (std[i % channels]! || 1);
  return { ...dataset, images: { data: out, shape } };
}
