import { abs, add, allocate, clip, conv2d, floor, matmul, mul, relu, reshape, sub, sum, tensor, type Shape, type Tensor, type TypedArray } from '@unfoldjs/core';
import { valueAndGrad } from '@unfoldjs/core/autodiff';
import { dataFor, type Draw } from '../arbitraries/data.js';

/**
 * A small convolutional network whose training is exact in float32, so that every correct backend gives the same bits: weights are
 * whole numbers up to 4, images hold -1, 0 and 1, the loss is the sum of absolute errors, and each update is rounded to whole numbers.
 *
 * Whatever the data, nothing that is added up reaches 2^24 (largest values, layer by layer):
 * - forward: 9 * 4 + 4 = 40; 18 * 40 * 4 + 4 = 2884; 27 * 2884 * 4 + 4 = 311476; the loss, of 12 errors, 12 * (311476 + 48) = 3738288;
 * - backward, where an error's slope is at most 1: into the second convolution 3 * 4 = 12, into the first 18 * 12 * 4 = 864;
 * - gradients of weights: 4 * 2884 = 11536; 4 * 9 * 40 * 12 = 17280; 4 * 36 * 864 = 124416.
 */
const shapes = {
  filters1: [3, 3, 1, 2],
  bias1: [2],
  filters2: [3, 3, 2, 3],
  bias2: [3],
  weights: [27, 3],
  bias: [3],
} as const satisfies Record<string, Shape>;

type Name = keyof typeof shapes;

const names = Object.keys(shapes) as Name[];
const batch = 4;
const imagesShape: Shape = [batch, 6, 6, 1];
const targetsShape: Shape = [batch, 3];

/** Learning rates: powers of two, so that scaling rounds nothing. */
const rates: Record<Name, number> = { filters1: 2 ** -5, bias1: 2 ** -4, filters2: 2 ** -5, bias2: 2 ** -3, weights: 2 ** -5, bias: 2 ** -2 };

const upTo =
  (most: number): Draw =>
  (random) =>
    random.integer(-most, most);

const drawn = (shape: Shape, seed: number, most: number): TypedArray => dataFor({ dtype: 'float32', shape }, seed, 'integers', upTo(most));

/** The parameters at the start, in the order in which a step takes and gives them. Biases let every unit live. */
export const firstParameters = (seed: number): TypedArray[] =>
  names.map((name, i) => (name.startsWith('bias') ? allocate('float32', shapes[name][0]!).fill(name === 'bias' ? 0 : 2) : drawn(shapes[name], seed + 31 * i, 1)));

/** The images and the targets of one step: for each third of an image, four times the sum of its pixels. */
export function batchOf(seed: number, step: number): TypedArray[] {
  const images = drawn(imagesShape, seed + 1009 * step, 1);
  const third = 12;
  const targets = Float32Array.from({ length: batch * 3 }, (_, i) => {
    let pixels = 0;
    for (let at = i * third; at < (i + 1) * third; at++) pixels += images[at]!;
    return 4 * pixels;
  });
  return [images, targets];
}

/** The operands of a step: the parameters, then images and targets. */
export const operandsOf = (data: readonly TypedArray[]): Tensor[] =>
  [...names.map((name): Shape => shapes[name]), imagesShape, targetsShape].map((shape, i) => tensor(data[i]!, shape));

type Parameters = Record<Name, Tensor>;

function lossOf({ filters1, bias1, filters2, bias2, weights, bias }: Parameters, images: Tensor, targets: Tensor): Tensor {
  const first = relu(add(conv2d(images, filters1, { padding: 'same' }), bias1));
  const second = relu(add(conv2d(first, filters2, { strides: 2, padding: 'same' }), bias2));
  const outputs = add(matmul(reshape(second, [batch, 27]), weights), bias);
  return sum(abs(sub(outputs, targets)));
}

/** One step of SGD: the loss, then the new parameters. */
export function trainingStep(operands: readonly Tensor[]): Tensor[] {
  const parameters = Object.fromEntries(names.map((name, i) => [name, operands[i]!])) as Parameters;
  const [images, targets] = operands.slice(names.length) as [Tensor, Tensor];
  const { value, gradient } = valueAndGrad((given: Parameters) => lossOf(given, images, targets))(parameters);
  const updated = names.map((name) => clip(sub(parameters[name], floor(add(mul(gradient[name], rates[name]), 0.5))), { min: -4, max: 4 }));
  return [value, ...updated];
}
