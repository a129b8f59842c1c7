import { conv, dense, type Layer, type Network } from './network.js';
import { randomData } from './random.js';

const toLogits: readonly Layer[] = [
  conv([3, 3, 1, 16], { bias: true, relu: true }),
  { kind: 'maxPool' },
  conv([3, 3, 16, 32], { bias: true, relu: true }),
  { kind: 'maxPool' },
  { kind: 'flatten' },
  dense(7 * 7 * 32, 128, { relu: true }),
  dense(128, 10),
];

/** The CNN of the benchmarks on a batch of `n` images, 28 x 28. */
export const cnn = (n: number): Network => ({ id: `cnn${n}`, title: `CNN inference, batch ${n}`, input: [n, 28, 28, 1], layers: [...toLogits, { kind: 'softmax' }], scaled: true });

/** Steps of gradient descent on one batch: the mean softmax cross entropy, parameters less rate times gradient. */
export interface Training {
  readonly id: string;
  readonly title: string;
  /** Ends with the logits. */
  readonly network: Network;
  readonly learningRate: number;
}

export const train32: Training = { id: 'train32', title: 'one SGD step of the CNN, batch 32', network: { ...cnn(32), layers: toLogits }, learningRate: 0.01 };

/** One label for each image, one-hot: `[N, 10]`. */
export function labelsOf({ network: { input } }: Training): Float32Array {
  const labels = new Float32Array(input[0] * 10);
  randomData(input[0], 99).forEach((value, image) => (labels[image * 10 + Math.min(9, Math.floor(5 * (value + 1)))] = 1));
  return labels;
}
