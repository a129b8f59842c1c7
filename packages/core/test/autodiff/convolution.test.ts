import { expect } from 'chai';
import fc from 'fast-check';
import { conv2d, conv2dTranspose, depthwiseConv2d, separableConv2d, setBackend, sum, transpose, type Conv2dOptions, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { cpu } from '@unfoldjs/backend-cpu';
import { expectSame, innerProduct, integers, seeded, windowCases, type WindowCase } from '../ops/support.js';

const optionsOf = ({ strides, dilations, padding }: WindowCase) => ({ strides, dilations, padding });

/** The gradients of <f(x, w), dy>: what is linear in x and in w gives back <x, dx> = <w, dw> = <f(x, w), dy>. */
async function expectAdjoint(f: (x: Tensor, w: Tensor) => Tensor, x: Tensor, w: Tensor, seed: number): Promise<void> {
  const y = f(x, w);
  const dy = integers(y.shape, seed);
  const loss = (a: Tensor, b: Tensor): Tensor => sum(f(a, b).mul(dy));
  const [dx, dw] = [grad(loss)(x, w), grad(loss, { argument: 1 })(x, w) as Tensor];
  const expected = await innerProduct(y, dy);
  expect(await innerProduct(x, dx), 'x').to.equal(expected);
  expect(await innerProduct(w, dw), 'w').to.equal(expected);
}

describe('gradients of convolutions', () => {
  before(() => setBackend(cpu()));

  it('of conv2d are its adjoints, for every stride, dilation and padding', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), (c) =>
        expectAdjoint((x, w) => conv2d(x, w, optionsOf(c)), integers([c.batch, ...c.size, c.channels], c.seed), integers([...c.window, c.channels, 3], c.seed + 1), c.seed + 2),
      ),
      seeded(200),
    ));

  it('of grouped and depthwise convolutions are their adjoints', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), fc.integer({ min: 2, max: 3 }), async (c, groups) => {
        const x = integers([c.batch, ...c.size, c.channels * groups], c.seed);
        await expectAdjoint((a, b) => conv2d(a, b, { ...optionsOf(c), groups }), x, integers([...c.window, c.channels, 2 * groups], c.seed + 1), c.seed + 2);
        await expectAdjoint((a, b) => depthwiseConv2d(a, b, optionsOf(c)), x, integers([...c.window, c.channels * groups, 2], c.seed + 1), c.seed + 2);
      }),
      seeded(60),
    ));

  it('of conv2dTranspose are its adjoints', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), fc.integer({ min: 1, max: 2 }), async (c, groups) => {
        const images = [c.batch, ...c.size, 2 * groups];
        const { shape } = conv2d(integers(images, 0), integers([...c.window, 2, c.channels * groups], 0), { ...optionsOf(c), groups });
        const x = integers(shape, c.seed);
        const w = integers([...c.window, 2, c.channels * groups], c.seed + 1);
        await expectAdjoint((a, b) => conv2dTranspose(a, b, { ...optionsOf(c), groups, outputShape: images }), x, w, c.seed + 2);
      }),
      seeded(60),
    ));

  it('in NCHW are those in NHWC, turned', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), async (c) => {
        const x = integers([c.batch, ...c.size, c.channels], c.seed);
        const w = integers([...c.window, c.channels, 2], c.seed + 1);
        const dy = integers(conv2d(x, w, optionsOf(c)).shape, c.seed + 2);
        const turned = (t: Tensor): Tensor => transpose(t, [0, 3, 1, 2]);
        const last = (a: Tensor, b: Tensor): Tensor => sum(conv2d(a, b, optionsOf(c)).mul(dy));
        const first = (a: Tensor, b: Tensor): Tensor => sum(conv2d(a, b, { ...optionsOf(c), dataFormat: 'NCHW' }).mul(turned(dy)));
        await expectSame(grad(first)(turned(x), w), turned(grad(last)(x, w)));
        await expectSame(grad(first, { argument: 1 })(turned(x), w) as Tensor, grad(last, { argument: 1 })(x, w) as Tensor);
      }),
      seeded(40),
    ));

  it('of separable convolutions are those of the two in a row', async () => {
    const [x, depthwise, pointwise] = [integers([2, 6, 5, 3], 1), integers([3, 2, 3, 2], 2), integers([1, 1, 6, 4], 3)];
    const options = { padding: 'same' } as const;
    const whole = grad((a: Tensor) => sum(separableConv2d(a, depthwise, pointwise, options)))(x);
    const steps = grad((a: Tensor) => sum(conv2d(depthwiseConv2d(a, depthwise, options), pointwise)))(x);
    await expectSame(whole, steps);
  });

  it('may be differentiated again: each of the three products is linear in what the others are', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), fc.integer({ min: 1, max: 2 }), async (c, groups) => {
        const options: Conv2dOptions = { ...optionsOf(c), groups };
        const x = integers([c.batch, ...c.size, c.channels * groups], c.seed);
        const w = integers([...c.window, c.channels, 2 * groups], c.seed + 1);
        const dy = integers(conv2d(x, w, options).shape, c.seed + 2);
        const loss = (a: Tensor, b: Tensor, d: Tensor): Tensor => sum(conv2d(a, b, options).mul(d));
        // <v, dx(w, dy)> = <v, dL/dx>, linear in w: its gradient there is the filter gradient with v for x; and so round.
        const v = integers(x.shape, c.seed + 3);
        const filters = grad(loss, { argument: 1 });
        const throughImages = grad((b: Tensor) => sum(grad(loss)(x, b, dy).mul(v)))(w);
        await expectSame(throughImages, filters(v, w, dy) as Tensor);
        const u = integers(w.shape, c.seed + 4);
        const throughFilters = grad((a: Tensor) => sum((filters(a, w, dy) as Tensor).mul(u)))(x);
        await expectSame(throughFilters, grad(loss)(x, u, dy));
      }),
      seeded(40),
    ));
});
