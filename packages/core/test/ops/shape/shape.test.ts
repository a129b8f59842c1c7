import { expect } from 'chai';
import fc from 'fast-check';
import {
  broadcastTo, concat, depthToSpace, expandDims, flatten, flip, gather, pad, reshape, setBackend, slice, spaceToDepth, split, squeeze, stack,
  stridedSlice, tensor, tile, transpose, unstack, type DType, type NestedArray, type Tensor,
} from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { expectElements, expectSame, integers, seeded } from '../support.js';

const shapes = (minLength = 0): fc.Arbitrary<number[]> => fc.array(fc.integer({ min: 0, max: 4 }), { minLength, maxLength: 4 });
const dtypes = fc.constantFrom<DType>('float32', 'int32', 'bool');
const anyTensor = (minRank = 0): fc.Arbitrary<Tensor> => fc.tuple(shapes(minRank), dtypes, fc.nat()).map(([shape, dtype, seed]) => integers(shape, seed, dtype));

/** Builds a tensor element by element from the index of each, by reading another. */
async function byIndex(x: Tensor, shape: readonly number[], source: (index: number[]) => number[] | null, fallback = 0): Promise<{ shape: readonly number[]; data: number[] }> {
  const from = await x.data();
  const size = shape.reduce((product, dim) => product * dim, 1);
  const data = Array.from({ length: size }, (_, position) => {
    const index: number[] = [];
    for (let axis = shape.length - 1, rest = position; axis >= 0; axis--) {
      index.unshift(rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    const at = source(index);
    return at === null ? fallback : from[at.reduce((offset, i, axis) => offset * x.shape[axis]! + i, 0)]!;
  });
  return { shape, data };
}

async function expectIs(actual: Tensor, expected: { shape: readonly number[]; data: number[] }, dtype: DType): Promise<void> {
  expect(actual.shape).to.deep.equal(expected.shape);
  expect(actual.dtype).to.equal(dtype);
  expectElements(await actual.data(), expected.data);
}

describe('moving elements', () => {
  before(() => setBackend(cpu()));

  it('transpose puts axis perm[i] at i', () =>
    fc.assert(
      fc.asyncProperty(anyTensor(), fc.nat(), async (x, seed) => {
        const perm = [...x.shape.keys()].sort((a, b) => ((a * 7 + seed) % 5) - ((b * 7 + seed) % 5));
        const inverse = perm.map((_, axis) => perm.indexOf(axis));
        const shape = perm.map((axis) => x.shape[axis]!);
        await expectIs(transpose(x, perm), await byIndex(x, shape, (index) => inverse.map((axis) => index[axis]!)), x.dtype);
        await expectSame(transpose(transpose(x, perm), inverse), x);
      }),
      seeded(),
    ));

  it('slice reads a box', () =>
    fc.assert(
      fc.asyncProperty(anyTensor(), fc.nat(), async (x, seed) => {
        const begin = x.shape.map((dim, axis) => (seed + axis) % (dim + 1));
        const size = x.shape.map((dim, axis) => (seed * 3 + axis) % (dim - begin[axis]! + 1));
        await expectIs(slice(x, begin, size), await byIndex(x, size, (index) => index.map((i, axis) => i + begin[axis]!)), x.dtype);
      }),
      seeded(),
    ));

  it('stridedSlice is the slice of Python, negative steps and ends beyond the axis included', () => {
    const entry = fc.record({ begin: fc.integer({ min: -7, max: 7 }), end: fc.integer({ min: -7, max: 7 }), stride: fc.integer({ min: -3, max: 3 }).filter((s) => s !== 0), open: fc.integer({ min: 0, max: 3 }) });
    return fc.assert(
      fc.asyncProperty(anyTensor(1), fc.array(entry, { minLength: 4, maxLength: 4 }), async (x, all) => {
        const entries = all.slice(0, x.rank);
        const picks = entries.map(({ begin, end, stride, open }, axis) => pythonRange(x.shape[axis]!, open & 1 ? null : begin, open & 2 ? null : end, stride));
        const mask = (bit: number): number => entries.reduce((sum, { open }, i) => sum | (open & bit ? 1 << i : 0), 0);
        const y = stridedSlice(x, entries.map((e) => e.begin), entries.map((e) => e.end), entries.map((e) => e.stride), { beginMask: mask(1), endMask: mask(2) });
        await expectIs(y, await byIndex(x, picks.map((pick) => pick.length), (index) => index.map((i, axis) => picks[axis]![i]!)), x.dtype);
      }),
      seeded(200),
    );
  });

  it('stridedSlice knows the ellipsis, new axes and single elements', async () => {
    const x = integers([2, 3, 4], 1);
    await expectSame(stridedSlice(x, [0, 1], [0, 3], [1, 1], { ellipsisMask: 1 }), slice(x, [0, 0, 1], [2, 3, 2]));
    await expectSame(stridedSlice(x, [1, 0, -1], [2, 0, 0], undefined, { ellipsisMask: 2, shrinkAxisMask: 5 }), squeeze(slice(x, [1, 0, 3], [1, 3, 1]), [0, 2]));
    expect(stridedSlice(x, [0, 0, 0], [0, 0, 2], [1, 1, 1], { newAxisMask: 3 }).shape).to.deep.equal([1, 1, 2, 3, 4]);
    expect(stridedSlice(x, [], []).shape).to.deep.equal([2, 3, 4]);
  });

  it('flip reverses axes, all by default', () =>
    fc.assert(
      fc.asyncProperty(anyTensor(), fc.nat(), async (x, seed) => {
        const axes = [...x.shape.keys()].filter((axis) => (seed >> axis) & 1);
        const turned = (some: readonly number[]) => byIndex(x, x.shape, (index) => index.map((i, axis) => (some.includes(axis) ? x.shape[axis]! - 1 - i : i)));
        await expectIs(flip(x, axes), await turned(axes), x.dtype);
        await expectIs(flip(x), await turned([...x.shape.keys()]), x.dtype);
      }),
      seeded(60),
    ));

  it('broadcastTo repeats axes of size 1 and makes leading ones', () =>
    fc.assert(
      fc.asyncProperty(anyTensor(), shapes(), async (x, lead) => {
        const target = [...lead, ...x.shape.map((dim) => (dim === 1 ? 3 : dim))];
        await expectIs(broadcastTo(x, target), await byIndex(x, target, (index) => index.slice(lead.length).map((i, axis) => (x.shape[axis] === 1 ? 0 : i))), x.dtype);
      }),
      seeded(60),
    ));

  it('tile repeats whole axes', () =>
    fc.assert(
      fc.asyncProperty(anyTensor(), fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }), async (x, times) => {
        const reps = times.slice(0, x.rank);
        const shape = x.shape.map((dim, axis) => dim * reps[axis]!);
        await expectIs(tile(x, reps), await byIndex(x, shape, (index) => index.map((i, axis) => i % x.shape[axis]!)), x.dtype);
      }),
      seeded(60),
    ));

  it('concat undoes split, stack undoes unstack', () =>
    fc.assert(
      fc.asyncProperty(anyTensor(1), fc.nat(), async (x, seed) => {
        const axis = seed % x.rank;
        const dim = x.shape[axis]!;
        const sizes = dim === 0 ? [0, 0] : [seed % dim, -1];
        await expectSame(concat(split(x, sizes, axis), axis - x.rank), x);
        if (dim > 0) {
          await expectSame(concat(split(x, dim, axis), axis), x);
          await expectSame(stack(unstack(x, axis), axis), x);
        }
      }),
      seeded(),
    ));

  it('concat promotes dtypes and takes empty parts', async () => {
    const y = concat([tensor([1, 2], [2], 'int32'), tensor([], [0]), [0.5], [true]]);
    expect(y.dtype).to.equal('float32');
    expectElements(await y.data(), [1, 2, 0.5, 1]);
  });

  it('gather picks slices along an axis, negative indices from the end, batch axes shared', () =>
    fc.assert(
      fc.asyncProperty(anyTensor(1), shapes(), fc.nat(), async (x, more, seed) => {
        const axis = seed % x.rank;
        const batchDims = (seed >> 4) % (axis + 1);
        const dim = x.shape[axis]!;
        fc.pre(dim > 0);
        const shape = [...x.shape.slice(0, batchDims), ...more.slice(0, 2)];
        const raw = integers(shape, seed, 'int32');
        const values = [...(await raw.data())].map((value) => ((value + 8) % (2 * dim)) - dim);
        const indices = tensor(values, shape, 'int32');
        const out = [...x.shape.slice(0, axis), ...shape.slice(batchDims), ...x.shape.slice(axis + 1)];
        const free = shape.length - batchDims;
        const expected = await byIndex(x, out, (index) => {
          const place = [...index.slice(0, batchDims), ...index.slice(axis, axis + free)];
          const picked = values[place.reduce((offset, i, k) => offset * shape[k]! + i, 0)]!;
          return [...index.slice(0, axis), picked < 0 ? picked + dim : picked, ...index.slice(axis + free)];
        });
        await expectIs(gather(x, indices, { axis, batchDims }), expected, x.dtype);
      }),
      seeded(),
    ));

  it('gather reads 0 outside of the axis', async () => {
    expectElements(await gather(tensor([1, 2]), tensor([2, -3, 1], [3], 'int32')).data(), [0, 0, 2]);
  });

  it('pad fills by mode', async () => {
    const x = tensor([1, 2, 3]);
    const cases = {
      reflect: [3, 2, 1, 2, 3, 2, 1],
      symmetric: [2, 1, 1, 2, 3, 3, 2],
      edge: [1, 1, 1, 2, 3, 3, 3],
      wrap: [2, 3, 1, 2, 3, 1, 2],
      constant: [0, 0, 1, 2, 3, 0, 0],
    } as const;
    for (const [mode, expected] of Object.entries(cases)) expectElements(await pad(x, [[2, 2]], { mode: mode as keyof typeof cases }).data(), expected, mode);
    expectElements(await pad(x, [[1, 0]], { value: -Infinity }).data(), [-Infinity, 1, 2, 3]);
    expectElements(await pad(x, [[7, 0]], { mode: 'wrap' }).data(), [3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });

  it('pad by a constant puts the tensor in a box, any dtype', () =>
    fc.assert(
      fc.asyncProperty(anyTensor(), fc.nat(), async (x, seed) => {
        const paddings = x.shape.map((_, axis) => [(seed >> axis) % 3, (seed >> (axis + 3)) % 3] as const);
        const shape = x.shape.map((dim, axis) => dim + paddings[axis]![0] + paddings[axis]![1]);
        const expected = await byIndex(x, shape, (index) => {
          const at = index.map((i, axis) => i - paddings[axis]![0]);
          return at.every((i, axis) => i >= 0 && i < x.shape[axis]!) ? at : null;
        }, 1);
        await expectIs(pad(x, paddings, { value: 1 }), expected, x.dtype);
      }),
      seeded(60),
    ));

  it('depthToSpace undoes spaceToDepth, in both formats', async () => {
    const x = integers([2, 4, 6, 3], 1);
    const deep = spaceToDepth(x, 2);
    expect(deep.shape).to.deep.equal([2, 2, 3, 12]);
    await expectSame(depthToSpace(deep, 2), x);
    const first = spaceToDepth(transpose(x, [0, 3, 1, 2]), 2, { dataFormat: 'NCHW' });
    await expectSame(transpose(first, [0, 2, 3, 1]), deep);
    expectElements(await spaceToDepth(tensor([1, 2, 3, 4], [1, 2, 2, 1]), 2).data(), [1, 2, 3, 4]);
    expectElements(await depthToSpace(tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 8]), 2, { mode: 'CRD' }).data(), [1, 5, 2, 6, 3, 7, 4, 8]);
  });

  it('views change the shape alone', async () => {
    const x = integers([2, 3, 1, 4], 1);
    expect(reshape(x, [4, -1]).shape).to.deep.equal([4, 6]);
    expect(reshape(tensor([], [0, 3]), [3, -1, 1].map((dim) => (dim === -1 ? 0 : dim))).shape).to.deep.equal([3, 0, 1]);
    expect(flatten(x).shape).to.deep.equal([24]);
    expect(expandDims(x).shape).to.deep.equal([1, 2, 3, 1, 4]);
    expect(expandDims(x, -1).shape).to.deep.equal([2, 3, 1, 4, 1]);
    expect(squeeze(x).shape).to.deep.equal([2, 3, 4]);
    expect(squeeze(expandDims(x), [0, -2]).shape).to.deep.equal([2, 3, 4]);
    await expectSame(reshape(flatten(x), x.shape), x);
    expect(reshape(x, x.shape)).to.equal(x);
  });

  it('takes numbers and nested arrays in place of tensors', async () => {
    const nested: NestedArray = [[1, 2], [3, 4]];
    expect(await flip(nested, 0).array()).to.deep.equal([[3, 4], [1, 2]]);
    expect(await stack([1, 2, 3]).array()).to.deep.equal([1, 2, 3]);
    expect(reshape(5, [1, 1]).shape).to.deep.equal([1, 1]);
  });
});

/** The positions that `range(dim)[begin:end:stride]` gives. */
function pythonRange(dim: number, begin: number | null, end: number | null, stride: number): number[] {
  const clip = (at: number, low: number, high: number): number => Math.min(high, Math.max(low, at < 0 ? at + dim : at));
  const picks: number[] = [];
  if (stride > 0) for (let i = begin === null ? 0 : clip(begin, 0, dim); i < (end === null ? dim : clip(end, 0, dim)); i += stride) picks.push(i);
  else for (let i = begin === null ? dim - 1 : clip(begin, -1, dim - 1); i > (end === null ? -1 : clip(end, -1, dim - 1)); i += stride) picks.push(i);
  return picks;
}
