import { randomUniform, tensor, type Tensor } from '@unfoldjs/core';
import {
  accuracy,
  adam,
  conv2d,
  datasetOf,
  dense,
  dropout,
  flatten,
  maxPool2d,
  namedParameters,
  sequential,
  softmaxCrossEntropy,
  type Dataset,
  type FitOptions,
  type Params,
} from '@unfoldjs/nn';

/** Images of 8 x 8 whose class is the quarter that is bright: learned in a few steps. */
export async function quarters(count: number, seed: number): Promise<Dataset> {
  const noise = await randomUniform([count * 64], { seed }).data();
  const labels = await randomUniform([count], { seed: seed + 1, max: 4, dtype: 'int32' }).data();
  const images = Float32Array.from(noise, (value, i) => {
    const [image, y, x] = [Math.floor(i / 64), Math.floor((i % 64) / 8), i % 8];
    return value + (labels[image] === 2 * Math.floor(y / 4) + Math.floor(x / 4) ? 1 : 0);
  });
  return datasetOf({ images, shape: [8, 8, 1], labels, classes: ['0', '1', '2', '3'] });
}

export const smallNet = ({ drop = 0 } = {}) =>
  sequential([conv2d({ filters: 4, kernelSize: 3, activation: 'relu', name: 'conv' }), maxPool2d(), flatten(), ...(drop ? [dropout(drop)] : []), dense({ units: 4, name: 'head' })], {
    inputShape: [8, 8, 1],
  });

export const options = (more: Partial<FitOptions> = {}): FitOptions => ({
  loss: softmaxCrossEntropy,
  optimizer: adam(),
  learningRate: 0.01,
  metrics: { accuracy },
  batchSize: 16,
  progress: false,
  ...more,
});

/** Every parameter's bits, by path. */
export async function bitsOf(params: Params): Promise<Record<string, number[]>> {
  const bits: Record<string, number[]> = {};
  for (const { path, tensor: parameter } of namedParameters(params)) bits[path] = [...new Int32Array(((await parameter.data()) as Float32Array).buffer)];
  return bits;
}

/** The first images of a dataset as a batch. */
export const firstBatch = ({ images, labels }: Dataset, count: number): { images: Tensor; labels: Tensor } => ({
  images: tensor(images.data.slice(0, count * 64), [count, 8, 8, 1], 'float32'),
  labels: tensor(labels.slice(0, count), [count], 'int32'),
});

export async function failure(run: () => Promise<unknown>): Promise<Error> {
  try {
    await run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
