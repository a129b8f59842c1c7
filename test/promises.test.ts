// Wrong results that people report of libraries of this kind, tried on every backend. Each test names the threads. All data are
// small whole numbers, so that every right answer is right to the bit.
import { expect } from 'chai';
import { avgPool2d, conv2d, depthwiseConv2d, matmul, maxPool2d, tensor, type Backend, type Conv2dOptions, type Tensor } from '@unfoldjs/core';
import { skip } from '@unfoldjs/test-support';
import { chooseMode, modes } from './support/modes.js';
import { plainConv, samePixels, type PlainSlide } from './support/plain-conv.js';

type Nested = number[][][][];

/** Whole numbers from -4 to 4 in no particular order. */
function numbers(size: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 16) % 9) - 4;
  });
}

const integers = (shape: readonly number[], seed: number): Tensor => tensor(numbers(shape.reduce((a, b) => a * b), seed), [...shape]);

/** Compares a convolution with its definition. */
async function check(xShape: readonly number[], wShape: readonly number[], options: Conv2dOptions, slide: PlainSlide, convolve = conv2d): Promise<void> {
  const [x, w] = [integers(xShape, 1), integers(wShape, 2)];
  const expected = plainConv((await x.array()) as Nested, (await w.array()) as Nested, slide, convolve === depthwiseConv2d);
  const result = convolve(x, w, options as object);
  expect(await result.data()).to.deep.equal(Float32Array.from(expected.flat(3)));
  expect(result.shape).to.deep.equal([expected.length, expected[0]!.length, expected[0]![0]!.length, expected[0]![0]![0]!.length]);
}

const same = (height: number, width: number, window: number, strides: number, dilations: number): PlainSlide => ({
  strides,
  dilations,
  padding: [samePixels(height, window, strides, dilations), samePixels(width, window, strides, dilations)],
});

for (const mode of modes) {
  describe(`promises about results, on ${mode.name}`, () => {
    let backend: Backend;
    before(async function () {
      backend = await chooseMode(this, mode);
    });
    after(() => backend?.dispose());

    it('SAME with a stride larger than the image (tensorflow/tfjs#5907)', () =>
      check([1, 3, 3, 2], [3, 3, 2, 4], { strides: 5, padding: 'same' }, same(3, 3, 3, 5, 1)));

    it('odd widths, the first time and every time after (tensorflow/tfjs#4844)', async () => {
      for (const width of [5, 7, 13]) {
        for (let run = 0; run < 3; run++) await check([1, 6, width, 3], [3, 3, 3, 4], { padding: 'same' }, same(6, width, 3, 1, 1));
      }
    });

    it('images of 200 to 300 pixels (tensorflow/tfjs#1936)', async () => {
      for (const size of [200, 227, 256, 299]) await check([1, 3, size, 1], [3, 3, 1, 2], { padding: 'same' }, same(3, size, 3, 1, 1));
    });

    it('depthwise with SAME and dilation 4 (tensorflow/tfjs#5378, #5293)', () =>
      check([1, 9, 10, 3], [3, 3, 3, 2], { padding: 'same', dilations: 4 }, same(9, 10, 3, 1, 4), depthwiseConv2d as typeof conv2d));

    it('channels first gives what channels last gives (tensorflow/tfjs#6284)', async () => {
      const [x, w] = [integers([2, 7, 6, 3], 3), integers([3, 3, 3, 5], 4)];
      const options = { strides: 2, padding: 'same' } as const;
      const first = conv2d(x.transpose([0, 3, 1, 2]), w, { ...options, dataFormat: 'NCHW' });
      expect(await first.transpose([0, 2, 3, 1]).array()).to.deep.equal(await conv2d(x, w, options).array());
    });

    it('SAME with stride 2 puts the odd pixel at the bottom and right, same_lower at the top and left (microsoft/onnxruntime#26734, mil-tokyo/webdnn#796)', async () => {
      await check([1, 8, 8, 2], [3, 3, 2, 3], { strides: 2, padding: 'same' }, { strides: 2, dilations: 1, padding: [[0, 1], [0, 1]] });
      await check([1, 8, 8, 2], [3, 3, 2, 3], { strides: 2, padding: 'same_lower' }, { strides: 2, dilations: 1, padding: [[1, 0], [1, 0]] });
    });

    it('padding that differs on all four sides (microsoft/onnxruntime#24800)', () =>
      check([2, 5, 6, 2], [3, 3, 2, 3], { padding: [[0, 2], [3, 1]] }, { strides: 1, dilations: 1, padding: [[0, 2], [3, 1]] }));

    it('SAME together with dilation (microsoft/onnxruntime#20582)', () =>
      check([1, 7, 8, 2], [3, 3, 2, 3], { padding: 'same', dilations: 2 }, same(7, 8, 3, 1, 2)));

    it('stride and dilation above 1 at once, which TensorFlow.js refuses', () =>
      check([1, 11, 12, 2], [3, 3, 2, 3], { padding: 'same', strides: 2, dilations: 3 }, same(11, 12, 3, 2, 3)));

    it('products whose batches broadcast on both sides (tensorflow/tfjs#7061, #4192, #3136)', async () => {
      const [a, b] = [integers([3, 1, 3, 4], 5), integers([1, 2, 4, 2], 6)];
      const [left, right] = [(await a.array()) as Nested, (await b.array()) as Nested];
      const product = (m: number[][], n: number[][]): number[][] => m.map((row) => n[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * n[k]![j]!, 0)));
      const expected = left.map(([m]) => right[0]!.map((n) => product(m!, n)));
      const result = matmul(a, b);
      expect(result.shape).to.deep.equal([3, 2, 3, 2]);
      expect(await result.data()).to.deep.equal(Float32Array.from(expected.flat(3)));
    });

    it('windows of one pixel with padding and a stride (tensorflow/tfjs pull request 6969)', async () => {
      const x = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
      const average = avgPool2d(x, { window: 1, strides: 2, padding: [[1, 1], [1, 1]], countIncludePad: true });
      expect(await average.data()).to.deep.equal(Float32Array.of(0, 0, 0, 0, 5, 0, 0, 0, 0));
    });

    it('means over the edge count only pixels of the image', async () => {
      const ones = tensor(new Array<number>(25).fill(1), [1, 5, 5, 1]);
      expect(await avgPool2d(ones, { window: 3, strides: 2, padding: 'same' }).data()).to.deep.equal(new Float32Array(9).fill(1));
      expect(await maxPool2d(ones.neg(), { window: 3, strides: 2, padding: 'same' }).data()).to.deep.equal(new Float32Array(9).fill(-1));
    });

    it('NaN is found, and stays NaN, where the device keeps it (tensorflow/tfjs pull request 6828)', async function () {
      if (backend.device.float32.nan === 'lost') skip(this, `${backend.device.label} declares that it loses NaN`);
      const x = tensor([NaN, -1, 2]);
      expect(await x.isNaN().data()).to.deep.equal(Uint8Array.of(1, 0, 0));
      expect(await x.relu().data()).to.deep.equal(Float32Array.of(NaN, 0, 2));
    });
  });
}
