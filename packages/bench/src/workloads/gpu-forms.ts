import { add, concat, conv2d, gather, matmul, max, mean, mul, pad, relu, stridedSlice, sub, sum, tensor, transpose, type Tensor } from '@unfoldjs/core';
import type { GpuForm } from '@unfoldjs/backend-gpu';
import { randomData } from './random.js';

/** A program that has one form of kernel at its heart. Its result is one number: what is timed is no reading. */
export interface FormWorkload {
  readonly form: GpuForm;
  readonly title: string;
  /** The shapes of what it is given. */
  readonly inputs: readonly (readonly number[])[];
  readonly program: (...inputs: readonly Tensor[]) => Tensor;
}

const image = [8, 64, 64, 16];

export const formWorkloads: readonly FormWorkload[] = [
  { form: 'tiles', title: 'a convolution, 1x56x56x64 by 3x3x64x64', inputs: [[1, 56, 56, 64], [3, 3, 64, 64]], program: (x, w) => max(conv2d(x!, w!, { padding: 'same' })) },
  { form: 'tiles', title: 'a product of 256x256 matrices', inputs: [[256, 256], [256, 256]], program: (a, b) => max(matmul(a!, b!)) },
  { form: 'moves', title: 'images with channels first, put last, shifted and scaled', inputs: [[8, 16, 64, 64]], program: (x) => max(mul(sub(transpose(x!, [0, 2, 3, 1]), 0.5), 2)) },
  { form: 'moves', title: 'an image padded, and another added', inputs: [image, [8, 66, 66, 16]], program: (x, y) => max(add(pad(x!, [[0, 0], [1, 1], [1, 1], [0, 0]]), y!)) },
  { form: 'moves', title: 'two images joined along their channels, bias and relu', inputs: [image, image, [32]], program: (x, y, bias) => max(relu(add(concat([x!, y!], 3), bias!))) },
  { form: 'moves', title: 'every second pixel, scaled', inputs: [image], program: (x) => max(mul(stridedSlice(x!, [0, 0, 0, 0], image, [1, 2, 2, 1]), 2)) },
  { form: 'moves', title: '8 rows of 65,536 gathered from 64, scaled', inputs: [[64, 65536]], program: (x) => max(mul(gather(x!, tensor([3, 1, 4, 1, 5, 9, 2, 6], undefined, 'int32')), 2)) },
  { form: 'moves', title: 'sums over channels that come first', inputs: [[8, 16, 64, 64]], program: (x) => max(sum(transpose(x!, [0, 2, 3, 1]), { axes: 3 })) },
  { form: 'parts', title: 'the sum of 2^20 numbers', inputs: [[2 ** 20]], program: (x) => sum(x!) },
  { form: 'parts', title: 'means of 16 channels over 112x112 pixels', inputs: [[1, 112, 112, 16]], program: (x) => max(mean(x!, { axes: [1, 2] })) },
];

export const dataOf = ({ inputs }: FormWorkload): Tensor[] => inputs.map((shape, i) => tensor(randomData(shape.reduce((size, dim) => size * dim, 1), i + 1), [...shape]));
