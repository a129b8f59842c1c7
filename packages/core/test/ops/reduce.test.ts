import { expect } from 'chai';
import fc from 'fast-check';
import * as u from '@unfoldjs/core';
import { setBackend, tensor, UnfoldError, type ErrorCode, type ReduceOptions, type Tensor, type TensorLike } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { numbers, primitivesOnly, ulps } from './float32.js';

const int32 = (...values: number[]): Tensor => tensor(Int32Array.from(values));
const wrong = (value: unknown): never => value as never;
const { Infinity: inf, NaN: nan } = globalThis;

/** A small tensor of whole numbers from -4 to 4, axes of it (or none given: all), and keepDims. */
const reductions = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      values: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: shape.reduce((a, b) => a * b, 1), maxLength: shape.reduce((a, b) => a * b, 1) }),
      axes: fc.option(fc.subarray(shape.map((_, axis) => axis)), { nil: undefined }),
      keepDims: fc.boolean(),
    }),
  );

/** The groups of elements that end in one element of the result, in its order, by the definition. */
function groups(shape: readonly number[], values: readonly number[], axes: readonly number[]): number[][] {
  const kept = shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const result = Array.from({ length: kept.reduce((a, b) => a * b, 1) }, (): number[] => []);
  values.forEach((value, i) => {
    let rest = i;
    let at = 0;
    let step = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const index = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      if (!axes.includes(axis)) at += index * step;
      step *= kept[axis]!;
    }
    result[at]!.push(value);
  });
  return result;
}

const definitions: Record<string, readonly [(x: TensorLike, options?: ReduceOptions) => Tensor, (group: number[]) => number]> = {
  sum: [u.sum, (group) => group.reduce((a, b) => a + b, 0)],
  prod: [u.prod, (group) => group.reduce((a, b) => a * b, 1)],
  max: [u.max, (group) => Math.max(...group)],
  min: [u.min, (group) => Math.min(...group)],
  mean: [u.mean, (group) => Math.fround(group.reduce((a, b) => a + b, 0) / group.length)],
};

const backends = { 'a kernel for each op': cpu, 'primitives alone': primitivesOnly } as const;

for (const [kind, backend] of Object.entries(backends)) {
  describe(`reductions, by ${kind}`, () => {
    before(() => setBackend(backend()));

    for (const [name, [op, define]] of Object.entries(definitions)) {
      it(`${name} is its definition for any shape, axes and keepDims`, async () => {
        await fc.assert(
          fc.asyncProperty(reductions, async ({ shape, values, axes, keepDims }) => {
            const all = axes ?? shape.map((_, axis) => axis);
            const result = op(tensor(Float32Array.from(values), shape), { ...(axes && { axes }), keepDims });
            const wanted = keepDims ? shape.map((dim, axis) => (all.includes(axis) ? 1 : dim)) : shape.filter((_, axis) => !all.includes(axis));
            expect(result.shape).to.deep.equal(wanted);
            expect((await numbers(result)).map((v) => v + 0)).to.deep.equal(groups(shape, values, all).map((group) => define(group) + 0));
          }),
          { seed: 7, numRuns: 80 },
        );
      });
    }

    it('takes a single axis, negative axes and none at all', async () => {
      const x = tensor([[1, 2], [3, 4]]);
      expect(await x.sum({ axes: -1 }).array()).to.deep.equal([3, 7]);
      expect(await x.sum({ axes: [-2] }).array()).to.deep.equal([4, 6]);
      expect(await x.sum({ axes: [] }).array()).to.deep.equal([[1, 2], [3, 4]]);
      expect(await x.sum().item()).to.equal(10);
    });

    it('of nothing gives the neutral element', async () => {
      const none = u.zeros([2, 0]);
      expect(await numbers(none.sum({ axes: 1 }))).to.deep.equal([0, 0]);
      expect(await numbers(none.prod({ axes: 1 }))).to.deep.equal([1, 1]);
      expect(await numbers(none.max({ axes: 1 }))).to.deep.equal([-inf, -inf]);
      expect(await numbers(none.min({ axes: 1 }))).to.deep.equal([inf, inf]);
      expect(await numbers(none.mean({ axes: 1 }))).to.deep.equal([nan, nan]);
      expect(await numbers(none.logSumExp({ axes: 1 }))).to.deep.equal([-inf, -inf]);
      expect(await numbers(none.cast('int32').max())).to.deep.equal([-2147483648]);
      expect(await numbers(none.cast('int32').min())).to.deep.equal([2147483647]);
      expect(await none.cast('bool').any().item()).to.equal(false);
      expect(await none.cast('bool').all().item()).to.equal(true);
    });

    it('max, min, argMax and argMin let NaN through', async () => {
      expect(await u.max([[1, nan], [2, 3]], { axes: 1 }).array()).to.deep.equal([nan, 3]);
      expect(await u.min([[1, nan], [2, 3]], { axes: 1 }).array()).to.deep.equal([nan, 2]);
      expect(await u.argMax([[1, nan, nan], [2, 3, 3]]).array()).to.deep.equal([1, 1]);
      expect(await u.argMin([[1, nan, nan], [3, 2, 2]]).array()).to.deep.equal([1, 1]);
    });

    it('keeps int32, wraps sums and products, and counts bool', async () => {
      expect(await u.sum(int32(2147483647, 1, 1)).data()).to.deep.equal(Int32Array.of(-2147483647));
      expect(await u.prod(int32(65537, 65537, 3)).data()).to.deep.equal(Int32Array.of(Math.imul(Math.imul(65537, 65537), 3)));
      expect(await u.sum([true, false, true]).data()).to.deep.equal(Int32Array.of(2));
      expect(await u.max([false, true]).array()).to.equal(true);
      expect(await u.min([false, true]).array()).to.equal(false);
      expect([u.mean(int32(1, 2)).dtype, await u.mean(int32(1, 2)).item()]).to.deep.equal(['float32', 1.5]);
    });

    it('finds the smallest int32, which has no negative', async () => {
      const x = int32(3, -2147483648, 2147483647, -2147483648);
      expect(await x.min().item()).to.equal(-2147483648);
      expect(await x.argMin().item()).to.equal(1);
      expect(await x.argMax().item()).to.equal(2);
    });

    it('argMax and argMin give the first of equals, as int32', async () => {
      const x = tensor([[1, 3, 3], [2, 2, 1]]);
      expect(await x.argMax().data()).to.deep.equal(Int32Array.of(1, 0));
      expect(await x.argMin({ axis: 0, keepDims: true }).array()).to.deep.equal([[0, 1, 1]]);
      expect(await u.argMax([[false, true]]).data()).to.deep.equal(Int32Array.of(1));
    });

    it('any and all along axes', async () => {
      const x = tensor([[true, false], [true, true]]);
      expect(await x.all({ axes: 1 }).array()).to.deep.equal([false, true]);
      expect(await x.any({ axes: 0, keepDims: true }).array()).to.deep.equal([[true, true]]);
    });

    it('variance and moments lose nothing to a large mean', async () => {
      const { mean, variance } = u.moments([[4097, 4099], [8192, 8196]], { axes: 1 });
      expect([await mean.array(), await variance.array()]).to.deep.equal([[4098, 8194], [1, 4]]);
      expect(await u.variance(int32(1, 2, 3, 6), { keepDims: true }).array()).to.deep.equal([3.5]);
    });

    it('logSumExp neither overflows nor loses the infinities', async () => {
      const x = tensor([[1000, 1000], [-inf, -inf], [inf, 1], [-inf, 2], [nan, 1], [inf, -inf], [-1000, -1000]]);
      const wanted = [1000 + Math.LN2, -inf, inf, 2, nan, inf, -1000 + Math.LN2];
      (await numbers(x.logSumExp({ axes: 1 }))).forEach((value, i) => expect(ulps(value, wanted[i]!), `row ${i}`).to.be.at.most(1));
    });

    it('cumsum is its definition in every direction, for any axis', async () => {
      await fc.assert(
        fc.asyncProperty(reductions, fc.nat(), fc.boolean(), fc.boolean(), async ({ shape, values }, pick, exclusive, reverse) => {
          const axis = pick % shape.length;
          const size = shape[axis]!;
          const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
          const wanted = values.map((_, i) => {
            const at = Math.floor(i / inner) % size;
            let sum = 0;
            for (let k = 0; k < size; k++) if ((reverse ? k > at : k < at) || (k === at && !exclusive)) sum += values[i + (k - at) * inner]!;
            return sum;
          });
          const result = u.cumsum(tensor(Float32Array.from(values), shape), { axis, exclusive, reverse });
          expect((await numbers(result)).map((v) => v + 0)).to.deep.equal(wanted);
        }),
        { seed: 8, numRuns: 80 },
      );
    });

    it('cumsum keeps infinities and NaN to what comes after them', async () => {
      expect(await numbers(u.cumsum([1, inf, 1, nan, 1]))).to.deep.equal([1, inf, inf, nan, nan]);
      expect(await numbers(u.cumsum([1, inf, 1], { reverse: true }))).to.deep.equal([inf, inf, 1]);
      expect(await numbers(u.cumsum(int32(2147483647, 1, 1)))).to.deep.equal([2147483647, -2147483648, -2147483647]);
    });

    it('topk is a stable sort from the largest, cut at k', async () => {
      const lines = fc.array(fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom(inf, -inf)), { minLength: 6, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(fc.array(lines, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 6 }), async (rows, k) => {
          const { values, indices } = u.topk(rows, { k });
          const order = rows.map((row) => row.map((_, i) => i).sort((a, b) => (row[a] === row[b] ? a - b : row[a]! < row[b]! ? 1 : -1)).slice(0, k));
          expect(indices.shape).to.deep.equal([rows.length, k]);
          expect(await numbers(indices)).to.deep.equal(order.flat());
          expect((await numbers(values)).map((v) => v + 0)).to.deep.equal(order.flatMap((line, r) => line.map((i) => rows[r]![i]! + 0)));
        }),
        { seed: 9, numRuns: 60 },
      );
    });

    it('topk counts NaN as the largest and knows the smallest int32', async () => {
      const { values, indices } = u.topk([-inf, 5, nan, -inf], { k: 4 });
      expect([await values.array(), await indices.array()]).to.deep.equal([[nan, 5, -inf, -inf], [2, 1, 0, 3]]);
      const whole = u.topk(int32(-2147483648, 3, -2147483648), { k: 3 });
      expect([whole.values.dtype, await whole.values.array(), await whole.indices.array()]).to.deep.equal(['int32', [3, -2147483648, -2147483648], [1, 0, 2]]);
    });
  });
}

describe('reductions refuse', () => {
  const x = u.zeros([2, 3]);
  const rows: readonly (readonly [name: string, call: () => unknown, code: ErrorCode, op: string, argument: string])[] = [
    ['an axis that does not exist', () => x.sum({ axes: 2 }), 'INVALID_ARGUMENT', 'sum', 'axes'],
    ['an axis twice', () => x.max({ axes: [1, -1] }), 'INVALID_ARGUMENT', 'max', 'axes'],
    ['half an axis', () => x.mean({ axes: 0.5 }), 'INVALID_ARGUMENT', 'mean', 'axes'],
    ['an axis in the place of the options', () => x.prod(wrong(1)), 'INVALID_ARGUMENT', 'prod', 'options'],
    ['a misspelt option', () => x.min(wrong({ axis: 1 })), 'INVALID_ARGUMENT', 'min', 'axis'],
    ['keepDims that is no boolean', () => x.logSumExp({ keepDims: wrong(1) }), 'INVALID_ARGUMENT', 'logSumExp', 'keepDims'],
    ['any of numbers', () => u.any([1]), 'DTYPE_MISMATCH', 'any', 'x'],
    ['all of numbers', () => u.all([1]), 'DTYPE_MISMATCH', 'all', 'x'],
    ['the largest of an empty axis', () => u.zeros([2, 0]).argMax(), 'SHAPE_MISMATCH', 'argMax', 'x'],
    ['the smallest of an empty axis', () => u.zeros([2, 0]).argMin({ axis: 1 }), 'SHAPE_MISMATCH', 'argMin', 'x'],
    ['an axis of a scalar', () => u.argMax(1), 'INVALID_ARGUMENT', 'argMax', 'axis'],
    ['a sum along an axis that does not exist', () => u.cumsum([1], { axis: 1 }), 'INVALID_ARGUMENT', 'cumsum', 'axis'],
    ['a direction that is no boolean', () => u.cumsum([1], { reverse: wrong('yes') }), 'INVALID_ARGUMENT', 'cumsum', 'reverse'],
    ['more than there are', () => u.topk([1, 2], { k: 3 }), 'SHAPE_MISMATCH', 'topk', 'k'],
    ['fewer than none', () => u.topk([1, 2], { k: -1 }), 'INVALID_ARGUMENT', 'topk', 'k'],
    ['the largest of a scalar', () => u.topk(1), 'SHAPE_MISMATCH', 'topk', 'x'],
  ];
  for (const [name, call, code, op, argument] of rows) {
    it(`${name}: ${code} at the call`, () => {
      expect(call).to.throw(UnfoldError).that.includes({ code, op, argument });
    });
  }
});
