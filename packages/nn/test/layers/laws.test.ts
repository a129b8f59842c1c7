import { expect } from 'chai';
import fc from 'fast-check';
import { avgPool2d, conv2d, conv2dTranspose, depthwiseConv2d, inference, maxPool2d, separableConv2d, sequential, zeroPadding2d, type Layer } from '@unfoldjs/nn';
import { integers, onCpu, prepared, sameValues } from '../helper.js';

const seed = 20_250_101;

/** The lengths that Keras works out: conv_output_length and deconv_output_length of its conv_utils. */
const convLength = (size: number, window: number, stride: number, dilation: number, padding: string): number =>
  padding === 'same' ? Math.ceil(size / stride) : Math.floor((size - (window - 1) * dilation - 1) / stride) + 1;
const deconvLength = (size: number, window: number, stride: number, padding: string): number =>
  padding === 'same' ? size * stride : size * stride + Math.max(window - stride, 0);

const side = fc.integer({ min: 5, max: 11 });
const small = fc.integer({ min: 1, max: 3 });
const options = fc.record({ size: fc.tuple(side, side), channels: small, window: fc.tuple(small, small), stride: fc.tuple(small, small), dilation: fc.integer({ min: 1, max: 2 }), padding: fc.constantFrom('same' as const, 'valid' as const) });

describe('layers with windows, in random configurations,', () => {
  onCpu();

  it('have the output shape of Keras', () => {
    fc.assert(
      fc.property(options, ({ size, channels, window, stride, dilation, padding }) => {
        const slide = { kernelSize: window, strides: stride, padding, dilationRate: dilation };
        const pool = { poolSize: window, strides: stride, padding };
        const check = (layer: Layer, length: (axis: 0 | 1) => number, outputs: number) =>
          expect(layer.init([[...size, channels]], 1).output, layer.kind).to.deep.equal([length(0), length(1), outputs]);
        const conv = (axis: 0 | 1) => convLength(size[axis], window[axis], stride[axis], dilation, padding);
        check(conv2d({ filters: 4, ...slide }), conv, 4);
        check(depthwiseConv2d({ depthMultiplier: 2, ...slide }), conv, 2 * channels);
        check(separableConv2d({ filters: 5, ...slide }), conv, 5);
        for (const layer of [maxPool2d(pool), avgPool2d(pool)]) check(layer, (axis) => convLength(size[axis], window[axis], stride[axis], 1, padding), channels);
        check(conv2dTranspose({ filters: 3, ...slide, dilationRate: 1 }), (axis) => deconvLength(size[axis], window[axis], stride[axis], padding), 3);
      }),
      { seed, numRuns: 100 },
    );
  });

  it('padded by a layer of zeros give what padding of their own gives', async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.integer({ min: 0, max: 2 }), async ({ size, channels, window, stride, dilation }, padding) => {
        const slide = { filters: 2, kernelSize: window, strides: stride, dilationRate: dilation, name: 'conv' };
        const both = sequential([zeroPadding2d({ padding }), conv2d(slide)]);
        const { params } = prepared(both, [[...size, channels]]);
        const x = integers([2, ...size, channels]);
        const one = sequential([conv2d({ ...slide, padding })]);
        await sameValues(one.apply(params, [x], inference, {}).output, both.apply(params, [x], inference, {}).output);
      }),
      { seed, numRuns: 30 },
    );
  });
});
