import { expect } from 'chai';
import fc from 'fast-check';
import { builtInOps } from '@unfoldjs/core/reference';
import { apply, avgPool2d, maxPool2d, setBackend, sum, tensor, transpose, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { cpu } from '@unfoldjs/backend-cpu';
import { expectElements, expectSame, innerProduct, integers, pixelsOf, seeded, windowCases, type WindowCase } from '../ops/support.js';

interface PoolCase extends WindowCase {
  readonly ceilMode: boolean;
}

const poolCases = (): fc.Arbitrary<PoolCase> => fc.tuple(windowCases(), fc.boolean()).map(([c, ceilMode]) => ({ ...c, ceilMode }));
const optionsOf = ({ window, strides, dilations, padding, ceilMode }: PoolCase) => ({ window, strides, dilations, padding, ceilMode });
const imagesOf = ({ batch, size, channels, seed }: PoolCase): Tensor => integers([batch, ...size, channels], seed);

/** Multiples of all numbers of pixels that a window of 4 x 4 can share among: 720720 = lcm(1, ..., 16), so that shares are whole. */
const divisible = (dy: Tensor): Tensor => dy.mul(720720);

/** The images' gradient, window by window: `share` is what each pixel inside the image gets of its window, given their values. */
async function byWindows(x: Tensor, dy: Tensor, { window, strides, dilations }: PoolCase, padding: ReturnType<typeof pixelsOf>, share: (values: readonly number[], withPadding: number) => readonly number[]) {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const [, rows, columns] = dy.shape as [number, number, number];
  const [values, given] = [await x.data(), await dy.data()];
  const out = new Float64Array(values.length);
  for (let image = 0; image < n; image++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        for (let channel = 0; channel < c; channel++) {
          const inside: number[] = [];
          let withPadding = 0;
          for (let y = 0; y < window[0]; y++)
            for (let z = 0; z < window[1]; z++) {
              const row = i * strides[0] - padding[0][0] + y * dilations[0];
              const column = j * strides[1] - padding[1][0] + z * dilations[1];
              if (row < h + padding[0][1] && column < w + padding[1][1]) withPadding++;
              if (row >= 0 && row < h && column >= 0 && column < w) inside.push(((image * h + row) * w + column) * c + channel);
            }
          const parts = share(inside.map((at) => values[at]!), withPadding);
          inside.forEach((at, k) => (out[at]! += parts[k]! * given[((image * rows + i) * columns + j) * c + channel]!));
        }
  return out;
}

const ofMaximum = (values: readonly number[]): number[] => {
  const largest = Math.max(...values);
  const ties = values.filter((value) => value === largest).length;
  return values.map((value) => (value === largest ? 1 / ties : 0));
};

/** The same gradient by its definition in simpler ops. */
function decomposed(dx: Tensor): Tensor {
  const { op, inputs, attrs, type } = dx.expr;
  const Handle = dx.constructor as new (expr: typeof dx.expr) => Tensor;
  return builtInOps.get(op.name)!.decompose(inputs.map((input) => new Handle(input)), attrs, type)!;
}

describe('gradients of pools', () => {
  before(() => setBackend(cpu({ precision: 'float64' })));

  it('of the maximum go to the largest pixels of each window in equal parts, never to padding', () =>
    fc.assert(
      fc.asyncProperty(poolCases(), async (c) => {
        const x = imagesOf(c);
        const dy = divisible(integers(maxPool2d(x, optionsOf(c)).shape, c.seed + 1));
        const dx = grad((images: Tensor) => sum(maxPool2d(images, optionsOf(c)).mul(dy)))(x);
        const expected = await byWindows(x, dy, c, pixelsOf(c), ofMaximum);
        expectElements((await dx.data()).map(Math.round), expected.map(Math.round));
      }),
      seeded(200),
    ));

  it('of the average go to all pixels of each window, divided by as many as the forward pass counts', () =>
    fc.assert(
      fc.asyncProperty(poolCases(), fc.boolean(), async (c, countIncludePad) => {
        const x = imagesOf(c);
        const options = { ...optionsOf(c), countIncludePad };
        const dy = divisible(integers(avgPool2d(x, options).shape, c.seed + 1));
        const dx = grad((images: Tensor) => sum(avgPool2d(images, options).mul(dy)))(x);
        const expected = await byWindows(x, dy, c, pixelsOf(c), (values, withPadding) => values.map(() => 1 / (countIncludePad ? withPadding : values.length)));
        expectElements((await dx.data()).map(Math.round), expected.map(Math.round));
      }),
      seeded(200),
    ));

  it('equal their decompositions', () =>
    fc.assert(
      fc.asyncProperty(poolCases(), fc.boolean(), async (c, countIncludePad) => {
        const x = imagesOf(c);
        const { op, attrs, type } = maxPool2d(x, optionsOf(c)).expr;
        const dy = integers(type.shape, c.seed + 1);
        const ofMax = apply(builtInOps.get(`${op.name}Gradient`)!, [x, maxPool2d(x, optionsOf(c)), dy], attrs);
        await expectSame(decomposed(ofMax), ofMax);
        const average = avgPool2d(x, { ...optionsOf(c), countIncludePad }).expr;
        const ofAverage = apply(builtInOps.get(`${average.op.name}Gradient`)!, [dy], { ...average.attrs, inputShape: c.size });
        await expectSame(decomposed(ofAverage), ofAverage);
      }),
      seeded(100),
    ));

  it('leave padding out even where a window holds nothing but -Infinity, and give nothing where it holds NaN', async () => {
    const x = tensor([-Infinity, -Infinity, NaN, 1], [1, 2, 2, 1]);
    const pooled = (images: Tensor): Tensor => maxPool2d(images, { window: [1, 3], strides: [1, 3], padding: [[0, 0], [0, 1]] });
    const dx = grad((images: Tensor) => sum(pooled(images).mul(tensor([6, 8], [1, 2, 1, 1]))))(x);
    await expectSame(dx, tensor([3, 3, 0, 0], [1, 2, 2, 1]));
    await expectSame(decomposed(apply(builtInOps.get('maxPool2dGradient')!, [x, pooled(x), tensor([6, 8], [1, 2, 1, 1])], pooled(x).expr.attrs)), dx);
  });

  it('in NCHW are those in NHWC, turned', async () => {
    const x = integers([2, 5, 4, 3], 1);
    const turned = transpose(x, [0, 3, 1, 2]);
    for (const pool of [maxPool2d, avgPool2d]) {
      const options = { window: 3, strides: 2, padding: 'same' } as const;
      const last = grad((images: Tensor) => sum(pool(images, options).square()))(x);
      const first = grad((images: Tensor) => sum(pool(images, { ...options, dataFormat: 'NCHW' }).square()))(turned);
      await expectSame(first, transpose(last, [0, 3, 1, 2]));
    }
  });

  it('may be differentiated again', () =>
    fc.assert(
      fc.asyncProperty(poolCases(), async (c) => {
        const x = imagesOf(c);
        for (const pool of [maxPool2d, avgPool2d]) {
          const { shape } = pool(x, optionsOf(c));
          const [dy, v] = [divisible(integers(shape, c.seed + 1)), divisible(integers(x.shape, c.seed + 2))];
          const back = (d: Tensor): Tensor => grad((images: Tensor, given: Tensor) => sum(pool(images, optionsOf(c)).mul(given)))(x, d);
          // Linear in dy: <v, back(dy)> = <d/d(dy), dy>. A window of padding alone has no mean.
          const again = grad((d: Tensor) => sum(back(d).mul(v)))(dy);
          const [a, b] = [await innerProduct(v, back(dy)), await innerProduct(again, dy)];
          if (!Number.isNaN(b)) expect(Math.abs(a - b)).to.be.at.most(2 ** -40 * 720720 ** 2 * shape.reduce((m, dim) => m * dim, 16));
        }
      }),
      seeded(60),
    ));
});
