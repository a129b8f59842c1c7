import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { cpu } from '@unfoldjs/backend-cpu';
import * as u from '@unfoldjs/core';
import { tensor, type Tensor } from '@unfoldjs/core';

/** Theirs: elements, a shape, or the refusal. */
const theirs = (run: () => tf.Tensor): { shape: number[]; data: number[] } | string => {
  try {
    return tf.tidy(() => {
      const result = run();
      return { shape: result.shape, data: [...result.dataSync()] };
    });
  } catch (error) {
    return (error as Error).message;
  }
};

const ours = async (result: Tensor): Promise<{ shape: number[]; data: number[] }> => ({ shape: [...result.shape], data: [...(await result.data())] });

const counting = (size: number): number[] => Array.from({ length: size }, (_, i) => i + 1);

// Where TensorFlow.js 4.22.0 is no oracle. Each test says what is right by other means; where TensorFlow.js is mended, it fails and
// the case belongs among the rows of test/differential.
describe('where TensorFlow.js is wrong, we are right:', () => {
  before(async () => {
    await tf.setBackend('cpu');
    await u.setBackend(cpu());
  });

  it('products whose batches broadcast on both sides', async () => {
    const a = counting(3 * 1 * 2 * 2);
    const b = counting(1 * 2 * 2 * 1);
    const right = Array.from({ length: 12 }, (_, i) => {
      const [batch, other, row] = [Math.floor(i / 4), Math.floor(i / 2) % 2, i % 2];
      return a[batch * 4 + row * 2]! * b[other * 2]! + a[batch * 4 + row * 2 + 1]! * b[other * 2 + 1]!;
    });
    expect(await ours(u.matmul(tensor(a, [3, 1, 2, 2]), tensor(b, [1, 2, 2, 1])))).to.deep.equal({ shape: [3, 2, 2, 1], data: right });
    expect(theirs(() => tf.matMul(tf.tensor(a, [3, 1, 2, 2]), tf.tensor(b, [1, 2, 2, 1])))).to.not.deep.equal({ shape: [3, 2, 2, 1], data: right });
  });

  it('pooling by one pixel with padding and a stride is not the identity', async () => {
    const x = counting(9);
    // Places -1, 1, 3 along both axes: only [1, 1] is a pixel of the image.
    const right = { shape: [1, 3, 3, 1], data: [-Infinity, -Infinity, -Infinity, -Infinity, 5, -Infinity, -Infinity, -Infinity, -Infinity] };
    expect(await ours(u.maxPool2d(tensor(x, [1, 3, 3, 1]), { window: 1, strides: 2, padding: 1 }))).to.deep.equal(right);
    expect(theirs(() => tf.maxPool(tf.tensor4d(x, [1, 3, 3, 1]), 1, 2, 1))).to.not.deep.equal(right);
  });

  it('stride and dilation may both exceed 1', async () => {
    const x = counting(49);
    // Windows of two pixels, two apart, every second place: x[2i][2j] - x[2i + 2][2j + 2].
    const right = { shape: [1, 3, 3, 1], data: new Array<number>(9).fill(-16) };
    expect(await ours(u.conv2d(tensor(x, [1, 7, 7, 1]), tensor([1, 0, 0, -1], [2, 2, 1, 1]), { strides: 2, dilations: 2 }))).to.deep.equal(right);
    expect(theirs(() => tf.conv2d(tf.tensor4d(x, [1, 7, 7, 1]), tf.tensor4d([1, 0, 0, -1], [2, 2, 1, 1]), 2, 'valid', 'NHWC', 2))).to.be.a('string');
  });

  it('a transposed convolution to a size from which its convolution does not come is refused', () => {
    const filters = new Array<number>(9).fill(1);
    const x = tensor([1, 2, 3, 4], [1, 2, 2, 1]);
    expect(() => u.conv2dTranspose(x, tensor(filters, [3, 3, 1, 1]), { strides: 2, padding: 'valid', outputShape: [1, 9, 9, 1] })).to.throw(u.ShapeError);
    expect(theirs(() => tf.conv2dTranspose(tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]), tf.tensor4d(filters, [3, 3, 1, 1]), [1, 9, 9, 1], 2, 'valid'))).to.not.be.a('string');
  });

  it('statistics of shape [1, C, 1, 1] broadcast', async () => {
    const x = counting(8);
    const mean = [1, 2];
    const right = { shape: [1, 2, 2, 2], data: x.map((value, i) => (value - mean[Math.floor(i / 4)]!) / 2) };
    expect(await ours(u.batchNorm(tensor(x, [1, 2, 2, 2]), tensor(mean, [1, 2, 1, 1]), tensor([4, 4], [1, 2, 1, 1]), { epsilon: 0 }))).to.deep.equal(right);
    expect(theirs(() => tf.batchNorm(tf.tensor4d(x, [1, 2, 2, 2]), tf.tensor4d(mean, [1, 2, 1, 1]), tf.tensor4d([4, 4], [1, 2, 1, 1]), undefined, undefined, 1e-9))).to.not.deep.equal(right);
  });

  it('a running sum along a negative axis keeps its shape', async () => {
    const right = { shape: [3], data: [1, 3, 6] };
    expect(await ours(u.cumsum(tensor([1, 2, 3]), { axis: -1 }))).to.deep.equal(right);
    expect(theirs(() => tf.cumsum(tf.tensor1d([1, 2, 3]), -1))).to.not.deep.equal(right);
  });

  it('a choice among nothing is nothing', async () => {
    const right = { shape: [1, 0], data: [] };
    expect(await ours(u.where(tensor([], [1, 0], 'bool'), tensor([7], [1, 1]), tensor([], [1, 0])))).to.deep.equal(right);
    expect(theirs(() => tf.where(tf.tensor([], [1, 0], 'bool'), tf.tensor([7], [1, 1]), tf.tensor([], [1, 0])))).to.not.deep.equal(right);
  });

  it('a slice from an end back to a beginning is empty', async () => {
    const right = { shape: [0], data: [] };
    expect(await ours(u.stridedSlice(tensor([1, 2]), [1], [0], [1]))).to.deep.equal(right);
    expect(theirs(() => tf.stridedSlice(tf.tensor1d([1, 2]), [1], [0], [1]))).to.be.a('string');
  });

  it('one-hot vectors of one class', async () => {
    const right = { shape: [2, 1], data: [1, 0] };
    expect(await ours(u.oneHot(tensor([0, 1], [2], 'int32'), 1))).to.deep.equal(right);
    expect(theirs(() => tf.oneHot(tf.tensor1d([0, 1], 'int32'), 1))).to.be.a('string');
  });

  it('the mean of numbers that cancel is exact where their sum is', async () => {
    const x = [3, -4, 1, 2, -2, 4, -4];
    expect(await ours(u.mean(tensor(x)))).to.deep.equal({ shape: [], data: [0] });
    expect(theirs(() => tf.mean(tf.tensor1d(x)))).to.not.deep.equal({ shape: [], data: [0] });
  });
});
