import { adam, accuracy, conv2d, cosineDecay, dense, flatten, maxPool2d, sequential, softmaxCrossEntropy } from '@unfoldjs/nn';

/** Two convolutions and two dense layers for pictures of this shape. */
export const digitsModel = (inputShape: readonly number[]) =>
  sequential(
    [
      conv2d({ filters: 8, kernelSize: 3, activation: 'relu' }),
      maxPool2d({ poolSize: 2 }),
      conv2d({ filters: 16, kernelSize: 3, activation: 'relu' }),
      maxPool2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 64, activation: 'relu' }),
      dense({ units: 10 }),
    ],
    { inputShape },
  );

/** How it is trained: the rate falls along a cosine over all steps. */
export const recipe = (steps: number) => ({ loss: softmaxCrossEntropy, optimizer: adam(), learningRate: cosineDecay({ rate: 0.003, steps }), metrics: { accuracy } });
