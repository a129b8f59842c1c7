import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  avgPool2d, conv2d, conv2dTranspose, depthToSpace, depthwiseConv2d, gather, localResponseNormalization, matmul, maxPool2d, pad, resizeBilinear, resizeNearest,
  separableConv2d, setBackend, slice, stridedSlice, tile, transpose, type Tensor,
} from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { expectElements, integers, reals, seeded, windowCases, type WindowCase } from './support.js';

// TensorFlow.js on its CPU backend as a second opinion: 200 random configurations an operation, leaving out what it is known to get wrong or
// to refuse: strides and dilations both above 1, padding by pairs, padding by a number where height and width differ in window or stride (it uses
// the height for both), window 1 with padding, broadcast batches, empty slices.

const theirs = async <R extends tf.Rank>(x: Tensor): Promise<tf.Tensor<R>> => tf.tensor(await x.data(), [...x.shape] as tf.ShapeMap[R]) as tf.Tensor<R>;

async function expectTheirs(actual: Tensor, expected: tf.Tensor, tolerance?: (value: number) => number): Promise<void> {
  expect(actual.shape).to.deep.equal(expected.shape);
  const [a, b] = [await actual.data(), await expected.data()];
  if (!tolerance) return expectElements(a, b);
  for (let i = 0; i < b.length; i++) expect(Math.abs(a[i]! - b[i]!), `element ${i}: ${a[i]} against ${b[i]}`).to.be.at.most(tolerance(b[i]!));
}

interface TfCase extends Omit<WindowCase, 'padding'> {
  readonly padding: 'same' | 'valid' | number;
}

const square = ([height]: readonly [number, number]) => [height, height] as const;

/** Cases that TensorFlow.js takes: no empty batch, stride or dilation 1, a padding it knows. */
const tfCases = (): fc.Arbitrary<TfCase> =>
  fc
    .tuple(windowCases(), fc.constantFrom<'same' | 'valid' | number>('same', 'valid', 0, 1, 2), fc.boolean())
    .map(([c, padding, dilate]): TfCase => ({ ...c, batch: Math.max(1, c.batch), padding, strides: dilate ? [1, 1] : c.strides, dilations: dilate ? c.dilations : [1, 1] }))
    .map((c) => (typeof c.padding === 'number' ? { ...c, window: square(c.window), strides: square(c.strides), dilations: square(c.dilations) } : c))
    .filter((c) => c.padding === 'same' || c.size.every((pixels, axis) => pixels + 2 * (c.padding === 'valid' ? 0 : (c.padding as number)) > (c.window[axis]! - 1) * c.dilations[axis]!));

/** It wants to be told how to round, for padding by number and only then. */
const rounding = ({ padding }: TfCase): 'floor' | undefined => (typeof padding === 'number' ? 'floor' : undefined);

type Four = [number, number, number, number];
const pairOf = (pair: readonly [number, number]): [number, number] => [pair[0], pair[1]];

const compare = (run: (c: TfCase) => Promise<void>) => fc.assert(fc.asyncProperty(tfCases(), run), seeded(200));

describe('TensorFlow.js agrees', () => {
  before(async () => {
    tf.env().set('IS_NODE', false); // or it prints a banner
    await tf.setBackend('cpu');
    await setBackend(cpu());
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  const imageOf = (c: TfCase): Tensor => integers([c.batch, ...c.size, c.channels], c.seed);

  it('on conv2d', () =>
    compare(async (c) => {
      const [x, filters] = [imageOf(c), integers([...c.window, c.channels, 3], c.seed + 1)];
      const expected = tf.conv2d(await theirs<tf.Rank.R4>(x), await theirs<tf.Rank.R4>(filters), pairOf(c.strides), c.padding, 'NHWC', pairOf(c.dilations), rounding(c));
      await expectTheirs(conv2d(x, filters, { strides: c.strides, padding: c.padding, dilations: c.dilations }), expected);
    }));

  it('on depthwiseConv2d', () =>
    compare(async (c) => {
      const [x, filters] = [imageOf(c), integers([...c.window, c.channels, 2], c.seed + 1)];
      const expected = tf.depthwiseConv2d(await theirs<tf.Rank.R4>(x), await theirs<tf.Rank.R4>(filters), pairOf(c.strides), c.padding, 'NHWC', pairOf(c.dilations), rounding(c));
      await expectTheirs(depthwiseConv2d(x, filters, { strides: c.strides, padding: c.padding, dilations: c.dilations }), expected);
    }));

  it('on separableConv2d', () =>
    compare(async (c) => {
      const [x, spatial, mixing] = [imageOf(c), integers([...c.window, c.channels, 2], c.seed + 1), integers([1, 1, c.channels * 2, 3], c.seed + 2)];
      const padding = c.padding === 'same' ? 'same' : 'valid';
      fc.pre(padding === 'same' || c.size.every((pixels, axis) => pixels > (c.window[axis]! - 1) * c.dilations[axis]!));
      const operands = [await theirs<tf.Rank.R4>(x), await theirs<tf.Rank.R4>(spatial), await theirs<tf.Rank.R4>(mixing)] as const;
      await expectTheirs(separableConv2d(x, spatial, mixing, { strides: c.strides, padding, dilations: c.dilations }), tf.separableConv2d(...operands, pairOf(c.strides), padding, pairOf(c.dilations)));
    }));

  it('on conv2dTranspose', () =>
    compare(async (c) => {
      const options = { strides: c.strides, padding: c.padding === 'same' ? 'same' : 'valid' } as const;
      const filters = integers([...c.window, 2, c.channels], c.seed + 1);
      const x = imageOf(c);
      const y = conv2dTranspose(x, filters, options);
      await expectTheirs(y, tf.conv2dTranspose(await theirs<tf.Rank.R4>(x), await theirs<tf.Rank.R4>(filters), [...y.shape] as Four, pairOf(c.strides), options.padding));
    }));

  it('on maxPool2d and avgPool2d', () =>
    compare(async (c) => {
      fc.pre(c.window.every((pixels) => pixels > 1));
      const x = imageOf(c);
      const options = { window: c.window, strides: c.strides, padding: c.padding };
      // Its padding may be as large as a window, ours then has windows without pixels: -Infinity and NaN there.
      fc.pre(typeof c.padding === 'string' || c.window.every((pixels) => pixels > (c.padding as number)));
      fc.pre(c.padding === 'same' || c.size.every((pixels, axis) => pixels + 2 * (c.padding === 'valid' ? 0 : (c.padding as number)) >= c.window[axis]!));
      const image = await theirs<tf.Rank.R4>(x);
      await expectTheirs(maxPool2d(x, options), tf.maxPool(image, pairOf(c.window), pairOf(c.strides), c.padding, rounding(c)));
      await expectTheirs(avgPool2d(x, options), tf.avgPool(image, pairOf(c.window), pairOf(c.strides), c.padding, rounding(c)));
    }));

  it('on resizing', () =>
    fc.assert(
      fc.asyncProperty(tfCases(), fc.constantFrom([false, false], [true, false], [false, true]), async (c, [alignCorners, halfPixelCenters]) => {
        const x = reals([c.batch, ...c.size, c.channels], c.seed);
        const size = pairOf([c.window[0] * c.strides[0], c.window[1] * c.strides[1]]);
        const image = await theirs<tf.Rank.R4>(x);
        await expectTheirs(resizeNearest(x, size, { alignCorners: alignCorners!, halfPixelCenters: halfPixelCenters! }), tf.image.resizeNearestNeighbor(image, size, alignCorners, halfPixelCenters));
        // It interpolates in doubles; we store differences, weights, products and sums as float32, twice: eight roundings of values up to 4.
        await expectTheirs(
          resizeBilinear(x, size, { alignCorners: alignCorners!, halfPixelCenters: halfPixelCenters! }),
          tf.image.resizeBilinear(image, size, alignCorners, halfPixelCenters),
          () => 9 * 4 * 2 ** -24,
        );
      }),
      seeded(200),
    ));

  it('on localResponseNormalization', () =>
    compare(async (c) => {
      const x = imageOf(c);
      const [depthRadius, bias, alpha, beta] = [c.window[0], c.window[1], 0.5, 0.75];
      const expected = tf.localResponseNormalization(await theirs<tf.Rank.R4>(x), depthRadius, bias, alpha, beta);
      // The power and the quotient are rounded once each on our side; the sum before them is exact. pow amplifies nothing here (beta < 1).
      await expectTheirs(localResponseNormalization(x, { depthRadius, bias, alpha, beta }), expected, (value) => 4 * 2 ** -24 * Math.abs(value));
    }));

  it('on matmul', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }), fc.nat(5), fc.nat(5), fc.nat(5), fc.boolean(), fc.boolean(), async (batch, m, k, n, transposeA, transposeB) => {
        const a = integers([...batch, ...(transposeA ? [k + 1, m + 1] : [m + 1, k + 1])], m);
        const b = integers([...batch, ...(transposeB ? [n + 1, k + 1] : [k + 1, n + 1])], n + 9);
        await expectTheirs(matmul(a, b, { transposeA, transposeB }), tf.matMul(await theirs(a), await theirs(b), transposeA, transposeB));
      }),
      seeded(200),
    ));

  it('on slices, strides, tiles, transposes, mirrors, gathers and blocks', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 4 }), fc.nat(), async (shape, seed) => {
        const x = integers(shape, seed);
        const y = await theirs(x);
        const pick = (salt: number, bound: number): number => (Math.imul(seed + 1, salt * 2654435761) >>> 8) % bound;
        const begin = shape.map((dim, axis) => pick(axis + 1, dim));
        const size = shape.map((dim, axis) => 1 + pick(axis + 5, dim - begin[axis]!));
        await expectTheirs(slice(x, begin, size), tf.slice(y, begin, size));
        const ends = shape.map((_, axis) => pick(axis + 9, 9) - 4);
        const strides = shape.map((_, axis) => [-2, -1, 1, 2][pick(axis + 13, 4)]!);
        const [beginMask, endMask] = [pick(17, 16), pick(18, 16)];
        const cut = stridedSlice(x, begin, ends, strides, { beginMask, endMask });
        if (cut.size > 0) await expectTheirs(cut, tf.stridedSlice(y, begin, ends, strides, beginMask, endMask));
        const reps = shape.map((_, axis) => 1 + pick(axis + 19, 2));
        await expectTheirs(tile(x, reps), tf.tile(y, reps));
        const perm = [...shape.keys()].sort((a, b) => pick(a + 23, 7) - pick(b + 23, 7));
        await expectTheirs(transpose(x, perm), tf.transpose(y, perm));
        const paddings = shape.map((dim, axis) => [pick(axis + 27, dim), pick(axis + 31, dim)] as [number, number]);
        for (const mode of ['reflect', 'symmetric'] as const) await expectTheirs(pad(x, paddings, { mode }), tf.mirrorPad(y, paddings, mode));
        const axis = pick(35, shape.length);
        const indices = Array.from({ length: 3 }, (_, i) => pick(36 + i, shape[axis]!));
        await expectTheirs(gather(x, indices, { axis }), tf.gather(y, indices, axis));
        const blocks = integers([1, 2, 3, 4 * shape[0]!], seed);
        await expectTheirs(depthToSpace(blocks, 2), tf.depthToSpace(await theirs<tf.Rank.R4>(blocks), 2));
      }),
      seeded(200),
    ));
});
