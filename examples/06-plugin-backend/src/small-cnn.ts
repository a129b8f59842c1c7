import { conv2d, matmul, maxPool2d, relu, reshape, softmax, tensor, type Tensor } from '@unfoldjs/core';

/** Numbers between -0.5 and 0.5, the same at every run. */
const numbers = (shape: readonly number[], seed: number): Tensor => {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return tensor(Float32Array.from({ length: size }, (_, i) => (((i + seed) * 7919) % 101) / 101 - 0.5), shape);
};

/** Two images of 12 x 12 pixels through a convolution, a pool and a dense layer: for each the probabilities of 10 classes. */
export function smallCnn(): Tensor {
  const images = numbers([2, 12, 12, 1], 1);
  const features = maxPool2d(relu(conv2d(images, numbers([3, 3, 1, 8], 2)).add(numbers([8], 3))), { window: 2 });
  return softmax(matmul(reshape(features, [2, 5 * 5 * 8]), numbers([5 * 5 * 8, 10], 4)).add(numbers([10], 5)));
}
