import { expect } from 'chai';
import fc from 'fast-check';
import * as u from '@unfoldjs/core';
import { setBackend, tensor, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { awkward, numbers, spread, ulps } from './float32.js';

const int32 = (...values: number[]): Tensor => tensor(Int32Array.from(values));
const { Infinity: inf, NaN: nan } = globalThis;

describe('elementwise operations', () => {
  before(() => setBackend(cpu()));

  describe('arithmetic', () => {
    it('broadcasts by numpy\'s rule', async () => {
      expect(await u.add([[1], [2]], [10, 20, 30]).array()).to.deep.equal([[11, 21, 31], [12, 22, 32]]);
      expect(await u.mul(u.ones([2, 1, 2]), [[1, 2], [3, 4], [5, 6]]).array()).to.deep.equal([[[1, 2], [3, 4], [5, 6]], [[1, 2], [3, 4], [5, 6]]]);
      expect(u.sub(u.zeros([0, 3]), u.zeros([1, 3])).shape).to.deep.equal([0, 3]);
    });

    it('promotes bool < int32 < float32, and gives a number the dtype of the tensor', async () => {
      const sum = u.add([true, true], [true, false]);
      expect([sum.dtype, await numbers(sum)]).to.deep.equal(['int32', [2, 1]]);
      expect(u.add(int32(1), [0.5]).dtype).to.equal('float32');
      expect(u.mul(int32(1), true).dtype).to.equal('int32');
      expect(u.mul(int32(3), 2).dtype).to.equal('int32');
      expect(u.add(1, 2).dtype).to.equal('float32');
      expect(u.equal([true], true).dtype).to.equal('bool');
    });

    it('wraps int32 on overflow', async () => {
      expect(await numbers(u.add(int32(2147483647, -2147483648), int32(1, -1)))).to.deep.equal([-2147483648, 2147483647]);
      expect(await numbers(u.mul(int32(65536, 46341, 123456789), int32(65536, 46341, 987654321)))).to.deep.equal([0, Math.imul(46341, 46341), Math.imul(123456789, 987654321)]);
      expect(await numbers(u.neg(int32(-2147483648, 5)))).to.deep.equal([-2147483648, -5]);
    });

    it('floors int32 division, and gives 0 for division by zero', async () => {
      expect(await numbers(u.div(int32(7, -7, 7, -7, 5, -5), int32(2, 2, -2, -2, 0, 0)))).to.deep.equal([3, -4, -4, 3, 0, 0]);
      expect(await numbers(u.div([1, -1, 0], 0))).to.deep.equal([inf, -inf, nan]);
    });

    it('gives a remainder the sign of the divisor', async () => {
      expect(await numbers(u.mod([7, -7, 7, -7, 6, 5.5], [3, 3, -3, -3, 3, 2]))).to.deep.equal([1, 2, -2, -1, 0, 1.5]);
      expect(await numbers(u.mod(int32(7, -7, 7, -7, 1), int32(3, 3, -3, -3, 0)))).to.deep.equal([1, 2, -2, -1, 0]);
      expect(await numbers(u.mod([1, nan], [0, 1]))).to.deep.equal([nan, nan]);
    });

    it('div and mod belong together: a = b floorDiv(a, b) + mod(a, b), in int32 for every pair', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(fc.integer(), fc.integer().filter((b) => b !== 0)), { minLength: 1, maxLength: 30 }), async (pairs) => {
          const a = int32(...pairs.map(([x]) => x));
          const b = int32(...pairs.map(([, y]) => y));
          expect(await numbers(u.floorDiv(a, b).mul(b).add(u.mod(a, b)))).to.deep.equal(pairs.map(([x]) => x));
        }),
        { seed: 3, numRuns: 60 },
      );
    });

    it('raises whole numbers to whole powers modulo 2^32', async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer(), fc.nat(200), async (base, exponent) => {
          const wanted = Number(BigInt.asIntN(32, BigInt(base) ** BigInt(exponent)));
          expect(await numbers(u.pow(int32(base), int32(exponent)))).to.deep.equal([wanted]);
        }),
        { seed: 4, numRuns: 100 },
      );
      expect(await numbers(u.pow(int32(1, -1, -1, 2, 0), int32(-5, -5, -4, -1, -1)))).to.deep.equal([1, -1, 1, 0, 0]);
      expect(await numbers(u.pow([2, 4, -8, -8, 0], [10, 0.5, 2, 0.5, 0]))).to.deep.equal([1024, 2, 64, nan, 1]);
    });

    it('divNoNan is 0 where the divisor is', async () => {
      expect(await numbers(u.divNoNan([1, nan, 6], [0, 0, 3]))).to.deep.equal([0, 0, 2]);
    });

    it('floorDiv rounds the quotient to float32 before it floors', async () => {
      expect(await numbers(u.floorDiv([1, -7, 7], [Math.fround(0.1), 2, 2]))).to.deep.equal([10, -4, 3]);
    });
  });

  describe('comparison and choice', () => {
    it('compares as IEEE 754 says: NaN with nothing, 0 with -0', async () => {
      const a = [1, 2, 3, nan, 0];
      const b = [2, 2, 2, nan, -0];
      expect(await u.less(a, b).array()).to.deep.equal([true, false, false, false, false]);
      expect(await u.lessEqual(a, b).array()).to.deep.equal([true, true, false, false, true]);
      expect(await u.greater(a, b).array()).to.deep.equal([false, false, true, false, false]);
      expect(await u.greaterEqual(a, b).array()).to.deep.equal([false, true, true, false, true]);
      expect(await u.equal(a, b).array()).to.deep.equal([false, true, false, false, true]);
      expect(await u.notEqual(a, b).array()).to.deep.equal([true, false, true, true, false]);
    });

    it('maximum and minimum give NaN where either is, negative numbers included', async () => {
      expect(await numbers(u.maximum([-3, -1, nan, 1], [-2, -2, 1, nan]))).to.deep.equal([-2, -1, nan, nan]);
      expect(await numbers(u.minimum([3, 1, nan, 1], [2, 2, 1, nan]))).to.deep.equal([2, 1, nan, nan]);
    });

    it('where broadcasts all three and does not see what it does not choose', async () => {
      expect(await u.where([[true], [false]], [1, nan], [nan, 4]).array()).to.deep.equal([[1, nan], [nan, 4]]);
      expect(u.where(true, int32(1), 2).dtype).to.equal('int32');
      expect(await tensor([true, false]).where(1, [3, 4]).array()).to.deep.equal([1, 4]);
    });

    it('isNaN, isInf and isFinite divide float32 among themselves', async () => {
      const x = tensor([0, 1, nan, inf, -inf, 3.4e38]);
      expect(await x.isNaN().array()).to.deep.equal([false, false, true, false, false, false]);
      expect(await x.isInf().array()).to.deep.equal([false, false, false, true, true, false]);
      expect(await x.isFinite().array()).to.deep.equal([true, true, false, false, false, true]);
      expect(await int32(1).isNaN().array()).to.deep.equal([false]);
    });
  });

  describe('rounding', () => {
    it('rounds halves to even, floor down and ceil up', async () => {
      const x = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999997, 8388609, -8388609, inf, nan, 2.4];
      expect((await numbers(u.round(x))).map((v) => v + 0)).to.deep.equal([-2, -2, 0, 0, 2, 2, 0, 8388609, -8388609, inf, nan, 2]);
      expect((await numbers(u.ceil([-0.5, 0.5, 2]))).map((v) => v + 0)).to.deep.equal([0, 1, 2]);
      expect(await numbers(u.floor([-0.5, 0.5, 2]))).to.deep.equal([-1, 0, 2]);
    });

    it('leaves int32 alone, beyond 2^24 too', async () => {
      for (const op of [u.round, u.floor, u.ceil]) expect([op(int32(1)).dtype, await numbers(op(int32(16777217)))]).to.deep.equal(['int32', [16777217]]);
    });

    it('casts toward zero, and to bool as not zero', async () => {
      expect(await numbers(tensor([1.9, -1.9, -0.5]).cast('int32'))).to.deep.equal([1, -1, 0]);
      expect(await tensor([0, -0, 0.5, nan]).cast('bool').array()).to.deep.equal([false, false, true, true]);
      expect(await numbers(tensor([true, false]).cast('float32'))).to.deep.equal([1, 0]);
    });
  });

  describe('functions of a real number', () => {
    const oracles: Record<string, readonly [(x: Tensor) => Tensor, (x: number) => number]> = {
      exp: [u.exp, Math.exp],
      expm1: [u.expm1, Math.expm1],
      log: [u.log, Math.log],
      log1p: [u.log1p, Math.log1p],
      sqrt: [u.sqrt, Math.sqrt],
      sin: [u.sin, Math.sin],
      cos: [u.cos, Math.cos],
      tan: [u.tan, Math.tan],
      asin: [u.asin, Math.asin],
      acos: [u.acos, Math.acos],
      atan: [u.atan, Math.atan],
      sinh: [u.sinh, Math.sinh],
      cosh: [u.cosh, Math.cosh],
      tanh: [u.tanh, Math.tanh],
      asinh: [u.asinh, Math.asinh],
      acosh: [u.acosh, Math.acosh],
      atanh: [u.atanh, Math.atanh],
    };
    for (const [name, [op, oracle]] of Object.entries(oracles)) {
      it(`${name} is the double precision one, rounded once`, async () => {
        const xs = [...awkward, ...spread(500)].map(Math.fround);
        const actual = await numbers(op(tensor(xs)));
        xs.forEach((x, i) => expect(ulps(actual[i]!, oracle(x)), `${name}(${x})`).to.equal(0));
      });
    }

    it('erf and gelu have the published values', async () => {
      // Abramowitz and Stegun, table 7.1, and erfc(5) = 1.5374597944280349e-12 for the tail of gelu.
      const erf = [[0.1, 0.112462916], [0.5, 0.5204998778], [1, 0.8427007929], [1.5, 0.9661051465], [2, 0.9953222650], [2.9, 0.9999589021], [3.1, 0.9999883513]] as const;
      const actual = await numbers(u.erf(erf.map(([x]) => x)));
      erf.forEach(([, wanted], i) => expect(Math.abs(actual[i]! - wanted)).to.be.at.most(2e-7));
      expect(await numbers(u.erf([0, inf, -inf, nan]))).to.deep.equal([0, 1, -1, nan]);
      const x = -5 * Math.SQRT2;
      const [tail] = await numbers(u.gelu([x]));
      expect(tail! / ((x / 2) * 1.5374597944280349e-12)).to.be.closeTo(1, 1e-5); // the rounding of x counts 50 times in exp(-x^2)
    });

    it('softplus and logSigmoid keep large and small numbers', async () => {
      expect(await numbers(u.softplus([1000, -1000, inf, -inf]))).to.deep.equal([1000, 0, inf, 0]);
      expect(await numbers(u.logSigmoid([1000, -1000, inf, -inf]).add(0))).to.deep.equal([0, -1000, 0, -inf]);
      expect(await numbers(u.sigmoid([1000, -1000, 0, nan]))).to.deep.equal([1, 0, 0.5, nan]);
    });

    it('atan2 knows the quadrants, the signs of zero and the infinities', async () => {
      const points = [0, -0, 1, -1, inf, -inf].flatMap((y) => [0, -0, 1, -1, inf, -inf].map((x) => [y, x] as const));
      const actual = await numbers(u.atan2(points.map(([y]) => y), points.map(([, x]) => x)));
      points.forEach(([y, x], i) => expect(actual[i], `atan2(${y}, ${x})`).to.equal(Math.fround(Math.atan2(y, x))));
    });
  });

  describe('activations', () => {
    const x = [-4, -1, 0, 1, 8];
    it('relu, relu6, leakyRelu, prelu, step and clip', async () => {
      expect(await numbers(u.relu(x))).to.deep.equal([0, 0, 0, 1, 8]);
      expect(await numbers(u.relu6(x))).to.deep.equal([0, 0, 0, 1, 6]);
      expect(await numbers(u.leakyRelu(x, { alpha: 0.5 }))).to.deep.equal([-2, -0.5, 0, 1, 8]);
      expect(await u.prelu([[-1, -1], [1, 1]], [0.25, 2]).array()).to.deep.equal([[-0.25, -2], [1, 1]]);
      expect(await numbers(u.step([...x, nan], { alpha: 3 }))).to.deep.equal([3, 3, 3, 1, 1, nan]);
      expect(await numbers(u.clip([...x, nan], { min: -1, max: 1 }))).to.deep.equal([-1, -1, 0, 1, 1, nan]);
      expect(await numbers(u.clip(x, { max: 0.5 }))).to.deep.equal([-4, -1, 0, 0.5, 0.5]);
      expect(await numbers(u.clip(int32(-5, 5), { min: 0 }))).to.deep.equal([0, 5]);
    });

    it('hardSigmoid and hardSwish have their corners', async () => {
      expect(await numbers(u.hardSigmoid([-2.5, 0, 2.5]))).to.deep.equal([0, 0.5, 1]);
      expect(await numbers(u.hardSwish([-3, 0, 3, 6]).add(0))).to.deep.equal([0, 0, 3, 6]);
    });

    it('gradual units pass through 0 and keep large numbers', async () => {
      for (const op of [u.elu, u.selu, u.gelu, u.swish, u.mish, u.softsign]) expect((await numbers(op([0])))[0]! + 0).to.equal(0);
      for (const op of [u.elu, u.gelu, u.swish, u.mish]) expect(await numbers(op([50]))).to.deep.equal([50]);
    });

    it('makes float32 of integers and booleans', async () => {
      for (const op of [u.sigmoid, u.exp, u.gelu, u.elu, u.sqrt]) expect(op(int32(1)).dtype).to.equal('float32');
      expect(await numbers(u.sqrt(int32(9)))).to.deep.equal([3]);
    });
  });

  it('gives every function of a tensor as a method', async () => {
    expect(await numbers(tensor([-1, 2]).abs().square().add(1).sqrt().greater(2).cast('int32'))).to.deep.equal([0, 1]);
  });
});
