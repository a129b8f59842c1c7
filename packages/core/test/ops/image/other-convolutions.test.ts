import { expect } from 'chai';
import fc from 'fast-check';
import { concat, conv1d, conv2d, conv2dTranspose, depthwiseConv2d, localResponseNormalization, matmul, reshape, separableConv2d, setBackend, slice, tensor, transpose } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { expectElements, expectRefusal, expectSame, integers, seeded } from '../support.js';

describe('conv2dTranspose', () => {
  before(() => setBackend(cpu()));

  it('places a filter, times the pixel, at every stride', async () => {
    const filters = tensor([1, 2, 3, 4], [2, 2, 1, 1]);
    const y = conv2dTranspose(tensor([1, 10], [1, 1, 2, 1]), filters, { strides: [1, 3] });
    expect(y.shape).to.deep.equal([1, 2, 5, 1]);
    expectElements(await y.data(), [1, 2, 0, 10, 20, 3, 4, 0, 30, 40]);
  });

  it('adds where filters overlap and leaves zeros where none reaches', async () => {
    const y = conv2dTranspose(tensor([1, 1, 1], [1, 1, 3, 1]), tensor([1, 1], [1, 2, 1, 1]), { outputPadding: 0 });
    expectElements(await y.data(), [1, 2, 2, 1]);
    const z = conv2dTranspose(tensor([1, 1], [1, 1, 2, 1]), tensor([5], [1, 1, 1, 1]), { strides: [1, 2], outputPadding: [0, 1] });
    expectElements(await z.data(), [5, 0, 5, 0]);
  });

  it('with same padding multiplies the size by the stride', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), (size, stride, window) => {
        const y = conv2dTranspose(integers([1, size, 3, 2], 1), integers([window, window, 3, 2], 2), { strides: stride, padding: 'same' });
        expect(y.shape).to.deep.equal([1, size * stride, 3 * stride, 3]);
      }),
      seeded(),
    ));

  it('with a 1 x 1 filter and stride 1 is a product of matrices', async () => {
    const [x, filters] = [integers([2, 3, 4, 3], 1), integers([1, 1, 5, 3], 2)];
    await expectSame(conv2dTranspose(x, filters), reshape(matmul(reshape(x, [24, 3]), reshape(filters, [5, 3]), { transposeB: true }), [2, 3, 4, 5]));
  });

  it('in groups is one transposed convolution a group', async () => {
    const [x, filters] = [integers([2, 3, 4, 6], 1), integers([3, 2, 2, 6], 2)];
    const options = { strides: 2, dilations: [2, 1], padding: 1 } as const;
    const part = (group: number) => conv2dTranspose(slice(x, [0, 0, 0, group * 2], [-1, -1, -1, 2]), slice(filters, [0, 0, 0, group * 2], [-1, -1, -1, 2]), options);
    await expectSame(conv2dTranspose(x, filters, { ...options, groups: 3 }), concat([part(0), part(1), part(2)], 3));
  });

  it('in NCHW is the same on transposed images', async () => {
    const [x, filters] = [integers([2, 3, 4, 2], 1), integers([3, 3, 5, 2], 2)];
    const first = conv2dTranspose(transpose(x, [0, 3, 1, 2]), filters, { strides: 2, dataFormat: 'NCHW' });
    await expectSame(transpose(first, [0, 2, 3, 1]), conv2dTranspose(x, filters, { strides: 2 }));
  });

  it('takes every output size that the convolution leads back from, and refuses every other', () => {
    const [x, filters] = [integers([1, 3, 3, 1], 1), integers([3, 3, 1, 1], 2)];
    for (const size of [7, 8]) expect(conv2dTranspose(x, filters, { strides: 2, outputShape: [size, 7] }).shape).to.deep.equal([1, size, 7, 1]);
    for (const size of [6, 9, 0, 1]) expectRefusal(() => conv2dTranspose(x, filters, { strides: 2, outputShape: [size, 7] }), 'SHAPE_MISMATCH', 'outputShape');
    for (const size of [5, 6]) expect(conv2dTranspose(x, filters, { strides: 2, padding: 'same', outputShape: [1, size, 6, 1] }).shape).to.deep.equal([1, size, 6, 1]);
    expectRefusal(() => conv2dTranspose(x, filters, { strides: 2, padding: 'same', outputShape: [1, 7, 6, 1] }), 'SHAPE_MISMATCH', 'outputShape', /impossible/);
    expectRefusal(() => conv2dTranspose(x, filters, { outputShape: [2, 5, 5, 1] }), 'SHAPE_MISMATCH', 'outputShape', /1 images with 1 channels/);
    expectRefusal(() => conv2dTranspose(x, filters, { strides: 2, outputPadding: 2 }), 'INVALID_ARGUMENT', 'outputPadding', /not less than the strides/);
    expectRefusal(() => conv2dTranspose(x, filters, { padding: 'same', strides: 2, outputPadding: 1 }), 'INVALID_ARGUMENT', 'outputPadding', /outputShape/);
    expectRefusal(() => conv2dTranspose(x, filters, { padding: 4 }), 'SHAPE_MISMATCH', 'padding');
  });
});

describe('conv1d', () => {
  before(() => setBackend(cpu()));

  it('is conv2d on images of one row', async () => {
    const [x, filters] = [integers([2, 11, 4], 1), integers([3, 2, 6], 2)];
    const wide = conv2d(reshape(x, [2, 1, 11, 4]), reshape(filters, [1, 3, 2, 6]), { strides: [1, 2], dilations: [1, 3], groups: 2, padding: [[0, 0], [4, 1]] });
    const y = conv1d(x, filters, { strides: 2, dilations: 3, groups: 2, padding: [4, 1] });
    await expectSame(y, reshape(wide, y.shape));
    const first = conv1d(transpose(x, [0, 2, 1]), filters, { strides: 2, dilations: 3, groups: 2, padding: [4, 1], dataFormat: 'NCW' });
    await expectSame(transpose(first, [0, 2, 1]), y);
  });

  it('takes padding by word and by number', () => {
    const [x, filters] = [integers([1, 7, 1], 1), integers([4, 1, 1], 2)];
    const widths = (['same', 'valid', 'same_lower', 2] as const).map((padding) => conv1d(x, filters, { padding, strides: 2 }).shape[1]);
    expect(widths).to.deep.equal([4, 2, 4, 4]);
  });
});

describe('separableConv2d', () => {
  before(() => setBackend(cpu()));

  it('is a depthwise convolution, then one of 1 x 1', async () => {
    const [x, depthwise, pointwise] = [integers([2, 6, 7, 3], 1), integers([3, 2, 3, 2], 2), integers([1, 1, 6, 4], 3)];
    const options = { strides: 2, padding: 'same' } as const;
    await expectSame(separableConv2d(x, depthwise, pointwise, options), conv2d(depthwiseConv2d(x, depthwise, options), pointwise));
    const first = separableConv2d(transpose(x, [0, 3, 1, 2]), depthwise, pointwise, { ...options, dataFormat: 'NCHW' });
    await expectSame(transpose(first, [0, 2, 3, 1]), separableConv2d(x, depthwise, pointwise, options));
  });
});

describe('localResponseNormalization', () => {
  before(() => setBackend(cpu()));

  it('divides by the power of the sum of squares of near channels', async () => {
    const y = localResponseNormalization(tensor([1, 2, 3, 4], [1, 1, 1, 4]), { depthRadius: 1, bias: 2, alpha: 2, beta: 1 });
    expectElements(await y.data(), [1 / 12, 2 / 30, 3 / 60, 4 / 52].map(Math.fround));
  });

  it('with a radius beyond the channels sums them all', async () => {
    const x = integers([2, 3, 3, 4], 1);
    await expectSame(localResponseNormalization(x, { depthRadius: 9 }), localResponseNormalization(x, { depthRadius: 3 }));
  });
});
