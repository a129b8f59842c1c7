import { expect } from 'chai';
import * as u from '@unfoldjs/core';
import { setBackend, tensor, UnfoldError, type ErrorCode, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { numbers, primitivesOnly, spread, ulps } from './float32.js';

const wrong = (value: unknown): never => value as never;
const { Infinity: inf, NaN: nan } = globalThis;
const backends = { 'a kernel for each op': cpu, 'primitives alone': primitivesOnly } as const;

/** Numbers of moderate size. */
const reals = (shape: number[], seed: number): Tensor => u.randomUniform(shape, { seed, min: -3, max: 3 });

async function expectClose(actual: Tensor, wanted: readonly number[], limit: number): Promise<void> {
  const values = await numbers(actual);
  expect(values.length).to.equal(wanted.length);
  values.forEach((value, i) => expect(Math.abs(value - wanted[i]!), `element ${i}: ${value}, wanted ${wanted[i]}`).to.be.at.most(limit));
}

for (const [kind, backend] of Object.entries(backends)) {
  describe(`normalisation, by ${kind}`, () => {
    before(() => setBackend(backend()));

    it('softmax and logSoftmax are their definitions, along any axis', async () => {
      const x = spread(24, 5).map((value) => Math.max(-20, Math.min(20, value)));
      for (const axis of [0, 1, -1]) {
        const [size, inner] = axis === 0 ? [2, 12] : axis === 1 ? [3, 4] : [4, 1];
        const total = x.map((_, i) => {
          const at = Math.floor(i / inner!) % size!;
          let sum = 0;
          for (let k = 0; k < size!; k++) sum += Math.exp(x[i + (k - at) * inner!]!);
          return sum;
        });
        const t = tensor(Float32Array.from(x), [2, 3, 4]);
        // Six roundings of numbers up to 1, or up to 40.
        await expectClose(u.softmax(t, { axis }), x.map((value, i) => Math.exp(value) / total[i]!), 6 * 2 ** -24);
        await expectClose(u.logSoftmax(t, { axis }), x.map((value, i) => value - Math.log(total[i]!)), 6 * 40 * 2 ** -24);
      }
    });

    it('softmax neither overflows nor underflows', async () => {
      expect(await numbers(u.softmax([1000, 1000, -1000, -inf]))).to.deep.equal([0.5, 0.5, 0, 0]);
      const [near, , far] = await numbers(u.logSoftmax([1000, 1000, -1000]));
      expect(ulps(near!, -Math.LN2)).to.be.at.most(1);
      expect(far).to.equal(Math.fround(-2000 - Math.LN2));
      expect(await numbers(u.softmax([1, nan]))).to.deep.equal([nan, nan]);
    });

    it('softmax of one is 1, of none is nothing, of integers float32', async () => {
      expect(await u.softmax([[3], [-4]]).array()).to.deep.equal([[1], [1]]);
      expect(u.softmax(u.zeros([2, 0])).shape).to.deep.equal([2, 0]);
      expect(await u.softmax(tensor(Int32Array.of(7, 7))).array()).to.deep.equal([0.5, 0.5]);
    });

    it('batchNorm is exact where its numbers are', async () => {
      const x = tensor([[1, 10], [3, 30]]);
      expect(await u.batchNorm(x, [2, 20], [4, 25], { epsilon: 0 }).array()).to.deep.equal([[-0.5, -2], [0.5, 2]]);
      expect(await u.batchNorm(x, [2, 20], [3, 24], { epsilon: 1, scale: [2, 0.5], offset: [1, -1] }).array()).to.deep.equal([[0, -2], [2, 0]]);
      expect(await u.batchNorm(x, 2, 4, { epsilon: 0 }).array()).to.deep.equal([[-0.5, 4], [0.5, 14]]);
    });

    it('batchNorm takes statistics of any shape that broadcasts: NCHW by [C, 1, 1]', async () => {
      const x = reals([2, 4, 5, 3], 1);
      const statistics = [reals([3], 2), reals([3], 3).square(), reals([3], 4), reals([3], 5)] as const;
      const [mean, variance, offset, scale] = statistics;
      const [m, v, o, s] = statistics.map((t) => t.reshape([3, 1, 1])) as [Tensor, Tensor, Tensor, Tensor];
      const last = u.batchNorm(x, mean, variance, { offset, scale });
      const first = u.batchNorm(x.transpose([0, 3, 1, 2]), m, v, { offset: o, scale: s });
      expect(await numbers(first.transpose([0, 2, 3, 1]))).to.deep.equal(await numbers(last));
    });

    it('layerNorm leaves mean 0 and variance 1, then scales and moves', async () => {
      expect(await u.layerNorm([[1, 3], [10, 30]], { epsilon: 0 }).array()).to.deep.equal([[-1, 1], [-1, 1]]);
      expect(await u.layerNorm([[1, 3]], { epsilon: 0, scale: [2, 4], offset: [1, 1] }).array()).to.deep.equal([[-1, 5]]);
      expect(await u.layerNorm([[4097, 4099]], { epsilon: 0 }).array()).to.deep.equal([[-1, 1]]);
      const { mean, variance } = u.layerNorm(reals([2, 3, 4], 6), { axes: [1, 2], epsilon: 0 }).moments({ axes: [1, 2] });
      // Twelve roundings of numbers below 4, and of their squares, which are below 8.
      await expectClose(mean, [0, 0], 12 * 2 ** -24 * 4);
      await expectClose(variance, [1, 1], 12 * 2 ** -24 * 8);
    });

    it('groupNorm with one group is layerNorm, with as many as channels instanceNorm', async () => {
      const x = reals([2, 3, 3, 4], 7);
      const [scale, offset] = [reals([4], 8), reals([4], 9)];
      const one = u.groupNorm(x, { groups: 1, scale, offset });
      expect(await numbers(one)).to.deep.equal(await numbers(u.layerNorm(x, { axes: [1, 2, 3] }).mul(scale).add(offset)));
      expect(await numbers(u.groupNorm(x, { groups: 4 }))).to.deep.equal(await numbers(u.layerNorm(x, { axes: [1, 2] })));
      expect(await numbers(u.instanceNorm(x, { scale, offset }))).to.deep.equal(await numbers(u.groupNorm(x, { groups: 4, scale, offset })));
    });

    it('groupNorm in NCHW is the same with the axes moved', async () => {
      // [N, H, C]; each group has a whole mean and the variance 1 or 4, so that everything is exact.
      const x = tensor([[[1, 3, 5, 7], [3, 1, 7, 5]], [[0, 2, 8, 4], [2, 0, 4, 8]]]);
      const options = { groups: 2, scale: [1, 2, 1, 4], offset: [0, 1, 0, 0], epsilon: 0 };
      const last = await u.groupNorm(x, options).array();
      expect(last).to.deep.equal([[[-1, 3, -1, 4], [1, -1, 1, -4]], [[-1, 3, 1, -4], [1, -1, -1, 4]]]);
      expect(await u.groupNorm(x.transpose([0, 2, 1]), { ...options, dataFormat: 'NCHW' }).transpose([0, 2, 1]).array()).to.deep.equal(last);
    });
  });
}

describe('normalisation refuses', () => {
  const x = u.zeros([2, 4]);
  const rows: readonly (readonly [name: string, call: () => unknown, code: ErrorCode, op: string, argument: string])[] = [
    ['an axis that does not exist', () => u.softmax(x, { axis: 2 }), 'INVALID_ARGUMENT', 'softmax', 'axis'],
    ['an axis of a scalar', () => u.logSoftmax(1), 'INVALID_ARGUMENT', 'logSoftmax', 'axis'],
    ['axes of a softmax', () => u.softmax(x, wrong({ axes: 1 })), 'INVALID_ARGUMENT', 'softmax', 'axes'],
    ['statistics of another size', () => u.batchNorm(x, [1, 2], 1), 'SHAPE_MISMATCH', 'batchNorm', 'mean'],
    ['statistics larger than x', () => u.batchNorm(x, 0, u.ones([3, 2, 4])), 'SHAPE_MISMATCH', 'batchNorm', 'variance'],
    ['an offset of another size', () => u.batchNorm(x, 0, 1, { offset: [1, 2] }), 'SHAPE_MISMATCH', 'batchNorm', 'offset'],
    ['a negative epsilon', () => u.batchNorm(x, 0, 1, { epsilon: -1 }), 'INVALID_ARGUMENT', 'batchNorm', 'epsilon'],
    ['the options of another library', () => u.batchNorm(x, 0, 1, wrong({ varianceEpsilon: 1e-3 })), 'INVALID_ARGUMENT', 'batchNorm', 'varianceEpsilon'],
    ['a scale of another size', () => u.layerNorm(x, { scale: [1, 2] }), 'SHAPE_MISMATCH', 'layerNorm', 'scale'],
    ['axes that do not exist', () => u.layerNorm(x, { axes: [0, 2] }), 'INVALID_ARGUMENT', 'layerNorm', 'axes'],
    ['epsilon NaN', () => u.layerNorm(x, { epsilon: NaN }), 'INVALID_ARGUMENT', 'layerNorm', 'epsilon'],
    ['groups that do not divide', () => u.groupNorm(x, { groups: 3 }), 'SHAPE_MISMATCH', 'groupNorm', 'groups'],
    ['no groups', () => u.groupNorm(x, { groups: 0 }), 'INVALID_ARGUMENT', 'groupNorm', 'groups'],
    ['a scale that is not one a channel', () => u.instanceNorm(x, { scale: [1, 2] }), 'SHAPE_MISMATCH', 'instanceNorm', 'scale'],
    ['a vector', () => u.instanceNorm([1, 2]), 'SHAPE_MISMATCH', 'instanceNorm', 'x'],
    ['an unknown data format', () => u.instanceNorm(x, { dataFormat: wrong('NWC') }), 'INVALID_ARGUMENT', 'instanceNorm', 'dataFormat'],
  ];
  for (const [name, call, code, op, argument] of rows) {
    it(`${name}: ${code} at the call`, () => {
      expect(call).to.throw(UnfoldError).that.includes({ code, op, argument });
    });
  }
});
