import { expect } from 'chai';
import fc from 'fast-check';
import { resizeBilinear, resizeNearest, setBackend, tensor, transpose } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { expectElements, expectRefusal, expectSame, integers, seeded } from '../support.js';

const sizes = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }));

describe('resizing', () => {
  before(() => setBackend(cpu()));

  for (const [name, resize] of Object.entries({ resizeNearest, resizeBilinear })) {
    it(`${name} to the same size changes nothing`, () =>
      fc.assert(
        fc.asyncProperty(sizes, fc.constantFrom({}, { alignCorners: true }, { halfPixelCenters: true }), async ([h, w], options) => {
          const x = integers([2, h, w, 2], h * 10 + w);
          await expectSame(resize(x, [h, w], options), x);
        }),
        seeded(40),
      ));

    it(`${name} treats rows and columns alike`, () =>
      fc.assert(
        fc.asyncProperty(sizes, sizes, fc.constantFrom({}, { alignCorners: true }, { halfPixelCenters: true }), async ([h, w], [H, W], options) => {
          const x = tensor(Float32Array.from({ length: h * w }, (_, i) => 4096 * (i % 3)), [1, h, w, 1]);
          const turned = resize(transpose(x, [0, 2, 1, 3]), [W, H], options);
          const [a, b] = [await transpose(turned, [0, 2, 1, 3]).data(), await resize(x, [H, W], options).data()];
          // The two orders of interpolating round differently: at most three roundings each, of values up to 8192.
          const bound = 6 * 8192 * 2 ** -24 * 4;
          b.forEach((value, i) => expect(Math.abs(value - a[i]!)).to.be.at.most(bound));
        }),
        seeded(40),
      ));

    it(`${name} gives no pixels where none are asked for, and refuses to make some of none`, () => {
      expect(resize(integers([1, 3, 3, 1], 1), [0, 2]).shape).to.deep.equal([1, 0, 2, 1]);
      expectRefusal(() => resize(integers([1, 0, 3, 1], 1), [2, 2]), 'SHAPE_MISMATCH', 'x', /height is 0/);
      expectRefusal(() => resize(integers([1, 2, 3, 1], 1), [2, 2], { alignCorners: true, halfPixelCenters: true }), 'INVALID_ARGUMENT', 'halfPixelCenters');
      expectRefusal(() => resize(integers([1, 2, 3, 1], 1), [2.5, 2]), 'INVALID_ARGUMENT', 'size');
    });
  }

  it('resizeNearest repeats pixels, and keeps the dtype', async () => {
    const y = resizeNearest(tensor([1, 2], [1, 1, 2, 1], 'int32'), [2, 4]);
    expect(y.dtype).to.equal('int32');
    expectElements(await y.data(), [1, 1, 2, 2, 1, 1, 2, 2]);
  });

  it('resizeBilinear measures from corners, from centres, or between corner pixels', async () => {
    const x = tensor([0, 8], [1, 1, 2, 1]);
    expectElements(await resizeBilinear(x, [1, 4]).data(), [0, 4, 8, 8]);
    expectElements(await resizeBilinear(x, [1, 4], { halfPixelCenters: true }).data(), [0, 2, 6, 8]);
    expectElements(await resizeBilinear(x, [1, 5], { alignCorners: true }).data(), [0, 2, 4, 6, 8]);
  });
});
