import { expect } from 'chai';
import fc from 'fast-check';
import {
  apply, broadcastTo, col2im, concat, depthToSpace, dot, flip, gather, im2col, matmul, outer, pad, reshape, setBackend, sizeOf, slice, spaceToDepth, split, stack, stridedSlice, sum,
  tensor, tile, transpose, unstack, type PadMode, type Shape, type Tensor,
} from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { builtInOps } from '@unfoldjs/core/reference';
import { cpu } from '@unfoldjs/backend-cpu';
import { expectSame, innerProduct, integers, pixelsOf, seeded, windowCases } from '../ops/support.js';

/** For a function that is linear in x: <f(v), dy> = <v, dx> for any v, where dx is the gradient of <f(x), dy> at x. */
async function expectAdjoint(f: (x: Tensor) => Tensor, shape: Shape, seed: number): Promise<void> {
  const v = integers(shape, seed);
  const y = f(v);
  const dy = integers(y.shape, seed + 1);
  const dx = grad((x: Tensor) => sum(f(x).mul(dy)))(integers(shape, seed + 2));
  expect(await innerProduct(v, dx)).to.equal(await innerProduct(y, dy));
}

const shapes = (rank: fc.Arbitrary<number> = fc.integer({ min: 1, max: 4 }), smallest = 0): fc.Arbitrary<number[]> =>
  rank.chain((length) => fc.array(fc.integer({ min: smallest, max: 5 }), { minLength: length, maxLength: length }));

const seed = fc.integer({ min: 0, max: 2 ** 30 });

/** Runs a check on random shapes with a source of whole numbers for everything else. */
const onShapes = (rank: fc.Arbitrary<number> | undefined, smallest: number, check: (shape: number[], integer: (min: number, max: number) => number, seed: number) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(shapes(rank, smallest), fc.gen(), seed, (shape, generate, s) => check(shape, (min, max) => generate(fc.integer, { min, max }), s)),
    seeded(60),
  );

describe('gradients of what moves elements', () => {
  before(() => setBackend(cpu()));

  it('slice: zeros around, and between where it steps', () =>
    onShapes(undefined, 0, async (shape, integer, s) => {
      const begin = shape.map((dim) => integer(0, dim));
      const strides = shape.map(() => integer(1, 3));
      const size = shape.map((dim, axis) => integer(0, Math.ceil((dim - begin[axis]!) / strides[axis]!)));
      await expectAdjoint((x) => apply(builtInOps.get('slice')!, [x], { begin, size, strides }), shape, s);
      await expectAdjoint((x) => slice(x, begin), shape, s);
    }));

  it('stridedSlice, forwards and backwards', () =>
    onShapes(fc.constant(2), 1, async (shape, integer, s) => {
      const entry = (): number[] => shape.map((dim) => integer(-dim, dim));
      const strides = shape.map(() => integer(1, 3) * (integer(0, 1) === 0 ? -1 : 1));
      const [begin, end] = [entry(), entry()];
      await expectAdjoint((x) => stridedSlice(x, begin, end, strides), shape, s);
    }));

  it('reshape, transpose, reverse, tile and broadcasting', () =>
    onShapes(undefined, 1, async (shape, integer, s) => {
      const perm = shape.map((_, axis) => axis).sort(() => integer(-1, 1));
      const axes = shape.flatMap((_, axis) => (integer(0, 1) === 0 ? [axis] : []));
      const reps = shape.map(() => integer(0, 3));
      const thin = shape.map((dim) => (integer(0, 1) === 0 ? 1 : dim));
      const lead = Array.from({ length: integer(0, 2) }, () => integer(0, 3));
      await expectAdjoint((x) => reshape(x, [sizeOf(shape), 1]), shape, s);
      await expectAdjoint((x) => transpose(x, perm), shape, s);
      await expectAdjoint((x) => flip(x, axes), shape, s);
      await expectAdjoint((x) => tile(x, reps), shape, s);
      await expectAdjoint((x) => broadcastTo(x, [...lead, ...shape]), thin, s);
    }));

  it('pad, in every mode: what is mirrored gets its contribution back', () =>
    onShapes(undefined, 2, async (shape, integer, s) => {
      for (const mode of ['constant', 'reflect', 'symmetric', 'edge', 'wrap'] satisfies PadMode[]) {
        const paddings = shape.map((dim) => [integer(0, dim - 1), integer(0, dim - 1)] as const);
        await expectAdjoint((x) => pad(x, paddings, { mode }), shape, s);
      }
    }));

  it('pad with a value passes gradients of the inside alone', async () => {
    const dx = grad((x: Tensor) => sum(pad(x, [[1, 2]], { value: 7 }).mul(tensor([1, 2, 3, 4, 5]))))(tensor([0, 0]));
    await expectSame(dx, tensor([2, 3]));
  });

  it('concat, stack, split and unstack', () =>
    onShapes(undefined, 1, async (shape, integer, s) => {
      const axis = integer(0, shape.length - 1);
      const other = integers(shape.map((dim, k) => (k === axis ? integer(0, 3) : dim)), s + 9);
      await expectAdjoint((x) => concat([other.mul(0), x, x.mul(2), x], axis), shape, s);
      await expectAdjoint((x) => stack([x, x.mul(-3)], axis), shape, s);
      await expectAdjoint((x) => unstack(x, axis).reduce((total, part, i) => total.add(part.mul(i))), shape, s);
      const parts = [1, shape[axis]! - 1];
      await expectAdjoint((x) => concat(split(x, parts, axis).reverse(), axis), shape, s);
    }));

  it('gather and scatterAdd, each the adjoint of the other, with repeated, negative and missing indices', () =>
    onShapes(fc.integer({ min: 2, max: 3 }), 1, async (shape, integer, s) => {
      const axis = integer(0, shape.length - 1);
      const batchDims = integer(0, axis);
      const dim = shape[axis]!;
      const chosen = [...shape.slice(0, batchDims), integer(0, 4), integer(1, 2)];
      const indices = tensor(Int32Array.from({ length: sizeOf(chosen) }, () => integer(-dim - 1, dim)), chosen);
      await expectAdjoint((x) => gather(x, indices, { axis, batchDims }), shape, s);
      const updates = gather(integers(shape, 0), indices, { axis, batchDims }).shape;
      await expectAdjoint((x) => apply(builtInOps.get('scatterAdd')!, [x, indices], { axis, size: dim, batchDims }), updates, s);
    }));

  it('spaceToDepth and depthToSpace', async () => {
    await expectAdjoint((x) => spaceToDepth(x, 2), [2, 4, 6, 3], 1);
    await expectAdjoint((x) => depthToSpace(x, 2, { mode: 'CRD' }), [2, 3, 2, 8], 2);
  });

  it('im2col and col2im, each the adjoint of the other', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), async (c) => {
        const options = { window: c.window, strides: c.strides, dilations: c.dilations, padding: pixelsOf(c) };
        const shape = [c.batch, ...c.size, c.channels];
        await expectAdjoint((x) => im2col(x, options), shape, c.seed);
        await expectAdjoint((x) => col2im(x, { ...options, inputShape: c.size }), im2col(integers(shape, 0), options).shape, c.seed);
      }),
      seeded(100),
    ));
});

describe('gradients of matmul', () => {
  before(() => setBackend(cpu()));

  const size = fc.integer({ min: 0, max: 4 });
  const batches = fc
    .tuple(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }), fc.nat(), fc.nat(), fc.nat(2), fc.nat(2))
    .map(([batch, thinA, thinB, cutA, cutB]) => [thinned(batch, thinA).slice(Math.min(cutA, batch.length)), thinned(batch, thinB).slice(Math.min(cutB, batch.length))] as const);
  const thinned = (batch: readonly number[], bits: number): number[] => batch.map((dim, axis) => ((bits >> axis) % 2 === 1 ? 1 : dim));

  it('are its adjoints for all transpositions, with batches broadcast on either side', () =>
    fc.assert(
      fc.asyncProperty(size, size, size, batches, fc.boolean(), fc.boolean(), seed, async (m, k, n, [batchA, batchB], transposeA, transposeB, s) => {
        const a = integers([...batchA, ...(transposeA ? [k, m] : [m, k])], s);
        const b = integers([...batchB, ...(transposeB ? [n, k] : [k, n])], s + 1);
        await expectAdjoint((x) => matmul(x, b, { transposeA, transposeB }), a.shape, s + 2);
        await expectAdjoint((x) => matmul(a, x, { transposeA, transposeB }), b.shape, s + 3);
      }),
      seeded(200),
    ));

  it('of vectors, dot and outer are too', async () => {
    const [v, w, m] = [integers([3], 1), integers([3], 2), integers([2, 3, 4], 3)];
    for (const f of [(x: Tensor) => matmul(x, m), (x: Tensor) => dot(x, w), (x: Tensor) => outer(x, w)]) await expectAdjoint(f, [3], 4);
    await expectAdjoint((x) => matmul(v, x), [2, 3, 4], 5);
    await expectAdjoint((x) => matmul(x, integers([4], 6)), [2, 3, 4], 7);
  });
});
