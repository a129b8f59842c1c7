// What the workers run whose rounds are measured.
import { wasm } from '@unfoldjs/backend-wasm';
import { argMax, compile, setBackend, type Tensor } from '@unfoldjs/core';
import { definePredictor, defineTask, defineTraining, stackPictures } from '@unfoldjs/distributed';
import { adam, conv2d, datasetOf, dense, flatten, inference, maxPool2d, sequential, softmaxCrossEntropy } from '@unfoldjs/nn';
import { noisyPictures } from './noise.js';

/** This module, for the workers. */
export const tasks = new URL(import.meta.url);

export const setup = () => setBackend(wasm({ threads: 1 }));

const examples = 4096;

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
  data: () => datasetOf({ images: noisyPictures(examples).data, shape: [28, 28, 1], labels: Array.from({ length: examples }, (_, i) => i % 10) }),
  loss: softmaxCrossEntropy,
  optimizer: adam(),
  learningRate: 0.001,
});

/** A job that does nothing: what is left is the engine. */
export const nothing = defineTask({ name: 'nothing', parse: () => null, run: async () => null });

/** The same network, on pictures. */
export const classify = definePredictor({
  name: 'classify',
  channels: 1,
  async load() {
    const { model, like } = await network.prepare();
    const classes = compile((images: Tensor) => argMax(model.apply(like.params, [images], inference, like.state).output, { axis: 1 }));
    return async (pictures) => [...(await (await classes(stackPictures(pictures))).data())];
  },
});
