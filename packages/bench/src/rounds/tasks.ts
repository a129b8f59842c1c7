// What the workers run whose rounds are measured.
import { wasm } from '@unfoldjs/backend-wasm';
import { setBackend } from '@unfoldjs/core';
import { defineTask, defineTraining } from '@unfoldjs/distributed';
import { adam, conv2d, datasetOf, dense, flatten, maxPool2d, randomAt, sequential, softmaxCrossEntropy, type Dataset } from '@unfoldjs/nn';

export const setup = () => setBackend(wasm({ threads: 1 }));

/** Noise of the size of MNIST: what is learned from it does not matter. */
function noise(count: number): Dataset {
  const random = randomAt(1, 9);
  return datasetOf({ images: Uint8Array.from({ length: count * 784 }, () => random.below(256)), shape: [28, 28, 1], labels: Array.from({ length: count }, (_, i) => i % 10) });
}

/** The benchmark CNN of the project: 108,618 parameters. */
export const network = defineTraining({
  name: 'network',
  model: sequential(
    [
      conv2d({ filters: 16, kernelSize: 3, activation: 'relu' }),
      maxPool2d({ poolSize: 2 }),
      conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
      maxPool2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 128, activation: 'relu' }),
      dense({ units: 10 }),
    ],
    { inputShape: [28, 28, 1] },
  ),
  data: () => noise(4096),
  loss: softmaxCrossEntropy,
  optimizer: adam(),
  learningRate: 0.001,
});

/** A job that does nothing: what is left is the engine. */
export const nothing = defineTask({ name: 'nothing', parse: () => null, run: async () => null });
