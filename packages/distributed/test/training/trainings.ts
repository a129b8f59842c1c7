import { cast, mean, reshape, square, sub, tensor, type Tensor } from '@unfoldjs/core';
import { defineTraining, fitDistributed, type FitDistributedOptions, type FitDistributedResult, type Training, type TrainingOptions } from '@unfoldjs/distributed';
import { accuracy, activation, adam, batchNorm, conv2d, datasetOf, dense, dropout, fit, flatten, namedParameters, randomAt, sequential, sgd, softmaxCrossEntropy, type Dataset, type FitOptions, type Params, type TrainState } from '@unfoldjs/nn';
import { doubleEngine, World, type Faults } from './double-engine.js';

/** Images of 4 x 4 with noise, whose class is the half that is bright. */
export function halves(count: number, seed = 1): Dataset {
  const random = randomAt(seed, 9);
  const labels = Array.from({ length: count }, () => random.below(2));
  const images = labels.flatMap((label) => Array.from({ length: 16 }, (_, i) => random.uniform() + (Math.floor(i / 8) === label ? 1 : 0)));
  return datasetOf({ images, shape: [4, 4, 1], labels, classes: ['0', '1'] });
}

/** Everything that a step can hold: a convolution, moving statistics, dropout, an optimizer with slots. */
export const convolutional = (more: Partial<TrainingOptions> = {}): Training =>
  defineTraining({
    name: 'halves',
    model: sequential([conv2d({ filters: 2, kernelSize: 3, name: 'conv' }), batchNorm({ name: 'norm' }), activation('relu'), flatten(), dropout(0.2), dense({ units: 2, name: 'head' })], { inputShape: [4, 4, 1] }),
    data: () => halves(22),
    loss: softmaxCrossEntropy,
    optimizer: adam(),
    learningRate: (step) => 0.01 / (1 + step),
    metrics: { accuracy },
    ...more,
  });

/** The mean of squared distances from the labels, taken as numbers. */
export const squaredError = (labels: Tensor, predictions: Tensor): Tensor => mean(square(sub(reshape(predictions, [-1]), cast(labels, 'float32'))));

/** Small whole numbers and dyadic rates: whatever order sums are taken in, float32 holds them exactly. */
export const exact = (): Training => {
  const random = randomAt(4, 9);
  const whole = (shape: readonly number[]): Tensor => tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i % 3) - 1), shape);
  return defineTraining({
    name: 'exact',
    model: sequential([conv2d({ filters: 2, kernelSize: 2, activation: 'relu', kernelInitializer: whole }), flatten(), dense({ units: 1, kernelInitializer: whole })], { inputShape: [3, 3, 1] }),
    data: datasetOf({ images: Array.from({ length: 16 * 9 }, () => random.below(3) - 1), shape: [3, 3, 1], labels: Array.from({ length: 16 }, () => random.below(4)) }),
    loss: squaredError,
    optimizer: sgd({ momentum: 0.5 }),
    learningRate: 2 ** -3,
  });
};

export type RunOptions = Partial<Omit<FitDistributedOptions, 'engine' | 'tasks' | 'workers'>>;

/** A training on the engine of this process. */
export const onDouble = (training: Training, workers: number, options: RunOptions = {}, faults: Faults = {}, world = new World()): Promise<FitDistributedResult> =>
  fitDistributed(training, { engine: doubleEngine([training], world, faults), tasks: 'not read by the double', workers, batchSize: 8, progress: false, ...options });

/** The same in one process, by `fit`. */
export async function alone({ options, prepare }: Training, more: Partial<FitOptions> = {}): Promise<TrainState> {
  const { model, data } = await prepare();
  const { loss, optimizer, learningRate, metrics, frozen, shuffle, augment, dropLast } = options;
  const { state } = await fit(model, data, { loss, optimizer, learningRate, metrics, frozen, shuffle, augment, dropLast, batchSize: 8, progress: false, ...more });
  return state;
}

/** The bits of all tensors of a state, by path. */
export async function bitsOf({ params, state, optimizer }: TrainState): Promise<Record<string, number[]>> {
  const bits: Record<string, number[]> = {};
  for (const { path, tensor: each } of namedParameters({ params, state, optimizer } as Params)) bits[path] = [...new Int32Array(((await each.data()) as Float32Array).buffer)];
  return bits;
}

/** The numbers of parameters, one after another. */
export async function numbersOf(params: Params): Promise<number[]> {
  const all: number[] = [];
  for (const { tensor: each } of namedParameters(params)) all.push(...(await each.data()));
  return all;
}
