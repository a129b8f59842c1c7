import { accuracy, adam, conv2d, cosineDecay, dense, dropout, flatten, maxPool2d, sequential, softmaxCrossEntropy } from '@unfoldjs/nn';

/**
 * The benchmark CNN of the project: two convolutions, a hidden layer of 128, one output for each class. Pictures that are too small for
 * it are padded and pooled once.
 */
export function mnistModel(inputShape: readonly number[], classes: number, dropoutRate: number) {
  const isSmall = Math.min(...inputShape.slice(0, 2)) < 16;
  const padding = isSmall ? 'same' : 'valid';
  return sequential(
    [
      conv2d({ filters: 16, kernelSize: 3, padding, activation: 'relu' }),
      ...(isSmall ? [] : [maxPool2d({ poolSize: 2 })]),
      conv2d({ filters: 32, kernelSize: 3, padding, activation: 'relu' }),
      maxPool2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 128, activation: 'relu' }),
      ...(dropoutRate > 0 ? [dropout(dropoutRate)] : []),
      dense({ units: classes }),
    ],
    { inputShape },
  );
}

export const recipe = (rate: number, steps: number) => ({ loss: softmaxCrossEntropy, optimizer: adam(), learningRate: cosineDecay({ rate, steps }), metrics: { accuracy } });
