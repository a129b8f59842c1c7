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
  type Model,
  type Optimizer,
  type TrainState,
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
}

// At 0 the flat background of the images would stand on the kink of relu, where one rounding more or less decides the gradient.
const biasInitializer = initializers.constant(0.1);

const network = ({ filters, units, classes }: Size, inputShape: readonly number[]) =>
  sequential(
    [
      conv2d({ filters: filters[0], kernelSize: 3, activation: 'relu', biasInitializer, name: 'conv1' }),
      maxPool2d(),
      conv2d({ filters: filters[1], kernelSize: 3, padding: 'same', activation: 'relu', biasInitializer, name: 'conv2' }),
      maxPool2d(),
      flatten(),
      dense({ units, activation: 'relu', biasInitializer, name: 'hidden' }),
      dense({ units: classes, name: 'scores' }),
    ],
    { inputShape },
  );

/** The same network in the words of TensorFlow.js. */
function peerScores(images: tf.Tensor4D, weight: (path: string) => tf.Tensor): tf.Tensor2D {
  const conv = (x: tf.Tensor4D, name: string, pad: 'valid' | 'same') => tf.relu(tf.add(tf.conv2d(x, weight(`${name}.kernel`) as tf.Tensor4D, 1, pad), weight(`${name}.bias`))) as tf.Tensor4D;
  const pool = (x: tf.Tensor4D) => tf.maxPool(x, 2, 2, 'valid');
  const full = (x: tf.Tensor, name: string) => tf.add(tf.matMul(x as tf.Tensor2D, weight(`${name}.kernel`) as tf.Tensor2D), weight(`${name}.bias`));
  const features = pool(conv(pool(conv(images, 'conv1', 'valid')), 'conv2', 'same'));
  return full(tf.relu(full(tf.reshape(features, [images.shape[0], -1]), 'hidden')), 'scores') as tf.Tensor2D;
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

/** What a training went through: the loss of each step, the parameters at its end. */
interface Course {
  readonly losses: readonly number[];
  readonly parameters: ReadonlyMap<string, readonly number[]>;
}

type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

async function weightsOf({ params }: TrainState): Promise<Weights> {
  const entries = namedParameters(params).map(async ({ path, tensor: { shape }, tensor: parameter }) => [path, { shape, data: Float32Array.from(await parameter.data()) }] as const);
  return new Map(await Promise.all(entries));
}

async function trainHere(model: Model, first: TrainState, batches: readonly HostBatch[], optimizer: Optimizer, learningRate: number): Promise<Course> {
  const step = trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate });
  const losses: number[] = [];
  let state = first;
  for (const { images, shape, labels } of batches) {
    const result = await step(state, { images: tensor(images, shape), labels: tensor(labels, [labels.length], 'int32') });
    state = result.state;
    losses.push(Number(await result.loss.item()));
  }
  return { losses, parameters: new Map([...(await weightsOf(state))].map(([path, { data }]) => [path, [...data]])) };
}

/** What a training of TensorFlow.js needs of an optimizer. */
type Peer = Pick<tf.Optimizer, 'minimize'>;

/**
 * TensorFlow.js's Adam, but for the bias corrections: they are computed in doubles here. Its own keeps beta2^t in float32, and 1 minus
 * that, 0.001 at the first step, then has 4 digits.
 */
function exactAdam(learningRate: number): Peer {
  const moments = new Map<string, { m: tf.Tensor; v: tf.Tensor }>();
  let step = 0;
  return {
    minimize(f) {
      const { value, grads } = tf.variableGrads(f);
      step++;
      for (const [name, g] of Object.entries(grads)) {
        const old = moments.get(name) ?? { m: tf.zerosLike(g), v: tf.zerosLike(g) };
        const variable = tf.engine().registeredVariables[name]!;
        const { m, v } = tf.tidy(() => {
          const m = tf.add(tf.mul(old.m, 0.9), tf.mul(g, 1 - 0.9));
          const v = tf.add(tf.mul(old.v, 0.999), tf.mul(tf.square(g), 1 - 0.999));
          const root = tf.add(tf.sqrt(tf.div(v, 1 - 0.999 ** step)), tf.backend().epsilon());
          variable.assign(tf.add(tf.mul(tf.div(tf.div(m, 1 - 0.9 ** step), root), -learningRate), variable));
          return { m, v };
        });
        moments.set(name, { m: tf.keep(m), v: tf.keep(v) });
      }
      return value;
    },
  };
}

async function trainPeer({ classes }: Size, weights: Weights, batches: readonly HostBatch[], peer: Peer): Promise<Course> {
  await tf.setBackend('cpu');
  const variables = new Map([...weights].map(([path, { shape, data }]) => [path, tf.variable(tf.tensor(data.slice(), [...shape]))] as const));
  const losses = batches.map(({ images, shape, labels }) =>
    tf.tidy(() => {
      const [x, y] = [tf.tensor4d(images, [...shape]), tf.oneHot(tf.tensor1d(labels, 'int32'), classes)];
      return peer.minimize(() => tf.losses.softmaxCrossEntropy(y, peerScores(x, (path) => variables.get(path)!)) as tf.Scalar, true)!.dataSync()[0]!;
    }),
  );
  const parameters = new Map([...variables].map(([path, variable]) => [path, [...variable.dataSync()]]));
  for (const variable of variables.values()) variable.dispose();
  return { losses, parameters };
}

/** The largest difference of losses, relative, and of parameters, relative to the norm of each. */
function differences(ours: Course, theirs: Course) {
  const distance = (path: string, values: readonly number[]) => Math.hypot(...values.map((value, i) => value - ours.parameters.get(path)![i]!)) / Math.hypot(...values);
  return {
    losses: Math.max(...theirs.losses.map((loss, i) => Math.abs(loss - ours.losses[i]!) / Math.abs(loss))),
    parameters: Math.max(...[...theirs.parameters].map(([path, values]) => distance(path, values))),
  };
}

/** Every weight moved by one unit in its last place, up or down. */
function nudged(weights: Weights, seed: number): Weights {
  let state = seed;
  const sign = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 31 === 0 ? 1 : -1);
  return new Map(
    [...weights].map(([path, { shape, data }]) => {
      const moved = data.slice();
      new Int32Array(moved.buffer).forEach((bits, i, all) => (all[i] = moved[i] === 0 ? bits : bits + sign()));
      return [path, { shape, data: moved }];
    }),
  );
}

async function prepared(data: Dataset, size: Size, steps: number, optimizer: Optimizer) {
  const model = network(size, data.images.shape.slice(1));
  const state = await trainState(model, { optimizer, seed: 7 });
  return { model, state, weights: await weightsOf(state), batches: await firstBatches(data, steps, size.batchSize) };
}

/** Trains both from the same weights on the same batches. */
async function compareTraining(data: Dataset, size: Size, steps: number, optimizer: Optimizer, learningRate: number, peer: Peer) {
  const { model, state, weights, batches } = await prepared(data, size, steps, optimizer);
  const ours = await trainHere(model, state, batches, optimizer, learningRate);
  return { ...differences(ours, await trainPeer(size, weights, batches, peer)), course: ours };
}

const large: Size = { filters: [8, 16], units: 64, classes: 10, batchSize: 16 };

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

  const check = ({ losses: lossDifference, parameters, course: { losses } }: Awaited<ReturnType<typeof compareTraining>>) => {
    expect(lossDifference, 'losses').to.be.below(1e-4);
    expect(parameters, 'parameters').to.be.below(1e-3);
    expect(losses.slice(-5).reduce((a, b) => a + b), 'it learns').to.be.below(losses.slice(0, 5).reduce((a, b) => a + b));
    if (isLong) console.log(`        losses within ${lossDifference.toExponential(1)}, parameters within ${parameters.toExponential(1)}`);
  };

  for (const { name, optimizer, learningRate, peer } of rows) {
    it(`${name} on images drawn here: losses within 1e-4, parameters within 1e-3 of their norm`, async () => {
      const size = { filters: [3, 4], units: 8, classes: 4, batchSize: 8 } as const;
      check(await compareTraining(await quarters(160), size, 20, optimizer(), learningRate, peer()));
    });

    it(`${name} on 50 batches of MNIST: losses within 1e-4, parameters within 1e-3 of their norm`, async function () {
      const folder = join(shared, 'data/mnist');
      if (!existsSync(folder)) skip(this, `there is no MNIST in ${folder}`);
      // Adam on the large network has a test of its own, below.
      const size: Size = isLong && name !== 'Adam' ? large : { filters: [4, 6], units: 24, classes: 10, batchSize: 8 };
      check(await compareTraining(await readMnist(folder, 'test'), size, 50, optimizer(), learningRate, peer()));
    });
  }

  it('Adam on 50 batches of MNIST and a large network: what parts is the rounding of TensorFlow.js\'s bias corrections', async function () {
    const folder = join(shared, 'data/mnist');
    if (!isLong) skip(this, 'trains TensorFlow.js three times; UNFOLD_LONG=1 runs it');
    if (!existsSync(folder)) skip(this, `there is no MNIST in ${folder}`);
    const { model, state, weights, batches } = await prepared(await readMnist(folder, 'test'), large, 50, adam());
    const ours = await trainHere(model, state, batches, adam(), 0.002);
    const [exact, own, nudge] = [exactAdam(0.002), tf.train.adam(0.002), tf.train.adam(0.002)];
    const [exactly, theirs, moved] = [await trainPeer(large, weights, batches, exact), await trainPeer(large, weights, batches, own), await trainPeer(large, nudged(weights, 1), batches, nudge)];
    const told = (what: string, { losses, parameters }: ReturnType<typeof differences>) => {
      console.log(`        ${what}: losses within ${losses.toExponential(1)}, parameters within ${parameters.toExponential(1)}`);
      return losses;
    };
    check({ ...differences(ours, exactly), course: ours });
    expect(told('its own Adam beside its exact one', differences(exactly, theirs)), 'its own Adam').to.be.above(1e-4);
    expect(told('its own Adam from weights one unit in the last place away', differences(moved, theirs)), 'weights that were moved').to.be.below(1e-5);
  });
});
