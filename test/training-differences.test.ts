// The same network, weights and batches here and in TensorFlow.js: losses and parameters stay together.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { randomUniform, setBackend, tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import {
  adam,
  batches,
  conv2d,
  datasetOf,
  dense,
  flatten,
  initializers,
  maxPool2d,
  namedParameters,
  sequential,
  sgd,
  sliceDataset,
  softmaxCrossEntropy,
  trainState,
  trainStep,
  type Dataset,
  type HostBatch,
  type Optimizer,
} from '@unfoldjs/nn';
import { readMnist } from '@unfoldjs/nn/node';
import { skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { registerTfjsGradients } from './support/tfjs-gradients.js';
import { root } from './support/workspace.js';

const shared = process.env.UNFOLD_SHARED ?? join(root, '../shared');

const isLong = process.env.UNFOLD_LONG === '1';

interface Size {
  readonly filters: readonly [number, number];
  readonly units: number;
  readonly classes: number;
  readonly batchSize: number;
  /**
   * With relu a large network parts from its peer now and then: all of a flat background has one value, and where that value crosses 0
   * at another step, because the peer rounds Adam's bias correction to float32, the gradient jumps. elu has no such jump.
   */
  readonly activation: 'relu' | 'elu';
}

// At 0 the flat background of the images would stand on the kink of relu, where one rounding more or less decides the gradient.
const biasInitializer = initializers.constant(0.1);

const network = ({ filters, units, classes, activation }: Size, inputShape: readonly number[]) =>
  sequential(
    [
      conv2d({ filters: filters[0], kernelSize: 3, activation, biasInitializer, name: 'conv1' }),
      maxPool2d(),
      conv2d({ filters: filters[1], kernelSize: 3, padding: 'same', activation, biasInitializer, name: 'conv2' }),
      maxPool2d(),
      flatten(),
      dense({ units, activation, biasInitializer, name: 'hidden' }),
      dense({ units: classes, name: 'scores' }),
    ],
    { inputShape },
  );

/** The same network in the words of TensorFlow.js. */
function peerScores(images: tf.Tensor4D, weight: (path: string) => tf.Tensor, activation: Size['activation']): tf.Tensor2D {
  const activate = tf[activation];
  const conv = (x: tf.Tensor4D, name: string, pad: 'valid' | 'same') => activate(tf.add(tf.conv2d(x, weight(`${name}.kernel`) as tf.Tensor4D, 1, pad), weight(`${name}.bias`))) as tf.Tensor4D;
  const pool = (x: tf.Tensor4D) => tf.maxPool(x, 2, 2, 'valid');
  const full = (x: tf.Tensor, name: string) => tf.add(tf.matMul(x as tf.Tensor2D, weight(`${name}.kernel`) as tf.Tensor2D), weight(`${name}.bias`));
  const features = pool(conv(pool(conv(images, 'conv1', 'valid')), 'conv2', 'same'));
  return full(activate(full(tf.reshape(features, [images.shape[0], -1]), 'hidden')), 'scores') as tf.Tensor2D;
}

/** Images of 8 x 8 whose class is the quarter that is bright. */
async function quarters(count: number): Promise<Dataset> {
  const noise = await randomUniform([count * 64], { seed: 1 }).data();
  const labels = await randomUniform([count], { seed: 2, max: 4, dtype: 'int32' }).data();
  const isBright = (i: number) => labels[Math.floor(i / 64)] === 2 * Math.floor((i % 64) / 32) + Math.floor((i % 8) / 4);
  return datasetOf({ images: Float32Array.from(noise, (value, i) => value + Number(isBright(i))), shape: [8, 8, 1], labels });
}

async function firstBatches(data: Dataset, count: number, batchSize: number): Promise<HostBatch[]> {
  const found: HostBatch[] = [];
  for await (const batch of batches(sliceDataset(data, 0, count * batchSize), { batchSize, shuffle: true, seed: 1 })) found.push(batch);
  return found;
}

/** Trains both; gives the largest difference of losses, relative, and of parameters, relative to the norm of each. */
async function compareTraining(data: Dataset, size: Size, steps: number, optimizer: Optimizer, learningRate: number, peer: tf.Optimizer) {
  await tf.setBackend('cpu');
  const model = network(size, data.images.shape.slice(1));
  let state = await trainState(model, { optimizer, seed: 7 });
  const variables = new Map<string, tf.Variable>();
  for (const { path, tensor: parameter } of namedParameters(state.params)) {
    variables.set(path, tf.variable(tf.tensor(Float32Array.from(await parameter.data()), [...parameter.shape])));
  }
  const step = trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate });

  let lossDifference = 0;
  const losses: number[] = [];
  for (const { images, shape, labels } of await firstBatches(data, steps, size.batchSize)) {
    const result = await step(state, { images: tensor(images, shape), labels: tensor(labels, [labels.length], 'int32') });
    state = result.state;
    const loss = Number(await result.loss.item());
    const peerLoss = tf.tidy(() => {
      const [x, y] = [tf.tensor4d(images, [...shape]), tf.oneHot(tf.tensor1d(labels, 'int32'), size.classes)];
      const cost = peer.minimize(() => tf.losses.softmaxCrossEntropy(y, peerScores(x, (path) => variables.get(path)!, size.activation)) as tf.Scalar, true)!;
      return cost.dataSync()[0]!;
    });
    losses.push(loss);
    lossDifference = Math.max(lossDifference, Math.abs(loss - peerLoss) / Math.abs(peerLoss));
  }

  let parameterDifference = 0;
  for (const { path, tensor: parameter } of namedParameters(state.params)) {
    const [ours, theirs] = [Array.from(await parameter.data()), Array.from(variables.get(path)!.dataSync())];
    parameterDifference = Math.max(parameterDifference, Math.hypot(...ours.map((value, i) => value - theirs[i]!)) / Math.hypot(...theirs));
  }
  for (const variable of variables.values()) variable.dispose();
  return { lossDifference, parameterDifference, losses };
}

const rows = [
  { name: 'SGD', optimizer: () => sgd(), learningRate: 0.1, peer: () => tf.train.sgd(0.1) },
  { name: 'momentum', optimizer: () => sgd({ momentum: 0.9 }), learningRate: 0.05, peer: () => tf.train.momentum(0.05, 0.9) },
  { name: 'Adam', optimizer: () => adam(), learningRate: 0.002, peer: () => tf.train.adam(0.002) },
];

describe('training beside TensorFlow.js', function () {
  this.timeout(900_000);
  before(async () => {
    await setBackend(cpu());
    await registerTfjsGradients();
  });

  const check = ({ lossDifference, parameterDifference, losses }: Awaited<ReturnType<typeof compareTraining>>) => {
    expect(lossDifference, 'losses').to.be.below(1e-4);
    expect(parameterDifference, 'parameters').to.be.below(1e-3);
    expect(losses.slice(-5).reduce((a, b) => a + b), 'it learns').to.be.below(losses.slice(0, 5).reduce((a, b) => a + b));
    if (isLong) console.log(`        losses within ${lossDifference.toExponential(1)}, parameters within ${parameterDifference.toExponential(1)}`);
  };

  for (const { name, optimizer, learningRate, peer } of rows) {
    it(`${name} on images drawn here: losses within 1e-4, parameters within 1e-3 of their norm`, async () => {
      const size = { filters: [3, 4], units: 8, classes: 4, batchSize: 8, activation: 'relu' } as const;
      check(await compareTraining(await quarters(160), size, 20, optimizer(), learningRate, peer()));
    });

    it(`${name} on 50 batches of MNIST: losses within 1e-4, parameters within 1e-3 of their norm`, async function () {
      const folder = join(shared, 'data/mnist');
      if (!existsSync(folder)) skip(this, `there is no MNIST in ${folder}`);
      const size: Size = isLong ? { filters: [8, 16], units: 64, classes: 10, batchSize: 16, activation: 'elu' } : { filters: [4, 6], units: 24, classes: 10, batchSize: 8, activation: 'relu' };
      check(await compareTraining(await readMnist(folder, 'test'), size, 50, optimizer(), learningRate, peer()));
    });
  }
});
