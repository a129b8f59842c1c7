import { accuracy, activation, adam, batchNorm, conv2d, cosineDecay, dense, dropout, flatten, maxPool2d, residual, sequential, softmaxCrossEntropy, type Layer } from '@unfoldjs/nn';
import type { Tensor } from '@unfoldjs/core';

const convolution = (filters: number, isNormalised: boolean): Layer[] =>
  isNormalised ? [conv2d({ filters, kernelSize: 3, useBias: false }), batchNorm({ momentum: 0.9 }), relu()] : [conv2d({ filters, kernelSize: 3, activation: 'relu' })];

/** The benchmark CNN of the project: two convolutions, a hidden layer of 128. */
const mnistLayers = (isNormalised: boolean): Layer[] => [
  ...convolution(16, isNormalised),
  maxPool2d({ poolSize: 2 }),
  ...convolution(32, isNormalised),
  maxPool2d({ poolSize: 2 }),
  flatten(),
  dense({ units: 128, activation: 'relu' }),
];

const normalised = (filters: number): Layer[] => [conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false }), batchNorm({ momentum: 0.9 })];
const relu = (): Layer => activation('relu');

/** For pictures too small to be pooled twice: more channels, normalised, a residual block, one pooling. */
const smallLayers = (): Layer[] => [
  ...normalised(32),
  relu(),
  residual([...normalised(32), relu(), ...normalised(32)], { activation: 'relu' }),
  maxPool2d({ poolSize: 2 }),
  ...normalised(64),
  relu(),
  flatten(),
];

/** A CNN for pictures of a size, with one output for each class. Small ones are normalised always, others where it is asked for. */
export function mnistModel(inputShape: readonly number[], classes: number, { dropout: dropoutRate, normalise }: { readonly dropout: number; readonly normalise: boolean }) {
  const isSmall = Math.min(...inputShape.slice(0, 2)) < 16;
  return sequential([...(isSmall ? smallLayers() : mnistLayers(normalise)), ...(dropoutRate > 0 ? [dropout(dropoutRate)] : []), dense({ units: classes })], { inputShape });
}

export const recipe = ({ rate, smoothing: labelSmoothing, steps }: { rate: number; smoothing: number; steps: number }) => ({
  loss: (labels: Tensor, scores: Tensor) => softmaxCrossEntropy(labels, scores, { labelSmoothing }),
  optimizer: adam(),
  learningRate: cosineDecay({ rate, steps }),
  metrics: { accuracy },
});
