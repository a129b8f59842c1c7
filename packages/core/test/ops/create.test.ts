import { expect } from 'chai';
import fc from 'fast-check';
import * as u from '@unfoldjs/core';
import { setBackend, tensor, UnfoldError, type ErrorCode } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { numbers } from './float32.js';

const wrong = (value: unknown): never => value as never;

describe('creation', () => {
  before(() => setBackend(cpu()));

  it('scalar, full, zeros and ones have the shape and dtype asked for', async () => {
    expect([u.scalar(2).shape, u.scalar(2).dtype, await u.scalar(2).item()]).to.deep.equal([[], 'float32', 2]);
    expect([u.scalar(true).dtype, await u.scalar(true).item()]).to.deep.equal(['bool', true]);
    expect(await u.full([2, 2], 3, 'int32').array()).to.deep.equal([[3, 3], [3, 3]]);
    expect(await u.zeros([2, 0, 3]).data()).to.deep.equal(new Float32Array(0));
    expect(await u.ones([3], 'bool').data()).to.deep.equal(Uint8Array.of(1, 1, 1));
    expect(await u.full([], -1.5).item()).to.equal(-1.5);
  });

  it('zerosLike and onesLike take shape and dtype over', async () => {
    const x = tensor(Int32Array.of(5, 6));
    expect(await u.zerosLike(x).data()).to.deep.equal(Int32Array.of(0, 0));
    expect(await x.onesLike().data()).to.deep.equal(Int32Array.of(1, 1));
  });

  it('full owns no memory until it is realised', () => {
    const before = u.liveMemory();
    u.full([1000, 1000], 1);
    expect(u.liveMemory()).to.deep.equal(before);
  });

  it('eye has its diagonal', async () => {
    expect(await u.eye(2, { columns: 3, dtype: 'int32' }).array()).to.deep.equal([[1, 0, 0], [0, 1, 0]]);
    expect(await u.eye(3).array()).to.deep.equal([[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
    expect(u.eye(0).shape).to.deep.equal([0, 0]);
  });

  it('arange goes up, down and nowhere', async () => {
    expect(await numbers(u.arange(4))).to.deep.equal([0, 1, 2, 3]);
    expect(await numbers(u.arange(1, 2, 0.25))).to.deep.equal([1, 1.25, 1.5, 1.75]);
    expect(await u.arange(5, 0, -2, 'int32').data()).to.deep.equal(Int32Array.of(5, 3, 1));
    expect(u.arange(3, 3).shape).to.deep.equal([0]);
    expect(u.arange(0, 5, -1).shape).to.deep.equal([0]);
  });

  it('linspace includes both ends, to the bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.float({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 2, max: 50 }), async (start, stop, num) => {
        fc.pre(Math.abs(start) < 1e37 && Math.abs(stop) < 1e37);
        const values = await numbers(u.linspace(start, stop, num));
        expect([values.length, values[0]! + 0, values[num - 1]! + 0]).to.deep.equal([num, start + 0, stop + 0]);
      }),
      { seed: 1, numRuns: 100 },
    );
    expect(await numbers(u.linspace(0, 1, 5))).to.deep.equal([0, 0.25, 0.5, 0.75, 1]);
    expect(await numbers(u.linspace(3, 9, 1))).to.deep.equal([3]);
  });

  it('oneHot marks the index, and nothing for one that is outside', async () => {
    expect(await u.oneHot([[1], [0]], 3).array()).to.deep.equal([[[0, 1, 0]], [[1, 0, 0]]]);
    expect(await u.oneHot([-1, 3], 3, { onValue: 5, offValue: 2, dtype: 'int32' }).array()).to.deep.equal([[2, 2, 2], [2, 2, 2]]);
    expect(await tensor(Int32Array.of(2)).oneHot(3).array()).to.deep.equal([[0, 0, 1]]);
    expect(await u.oneHot(1, 2, { dtype: 'bool', onValue: 1 }).array()).to.deep.equal([false, true]);
  });

  const rows: readonly (readonly [name: string, call: () => unknown, code: ErrorCode, op: string, argument: string])[] = [
    ['a negative size', () => u.zeros([2, -1]), 'INVALID_ARGUMENT', 'zeros', 'shape'],
    ['NaN in a shape', () => u.ones([NaN]), 'INVALID_ARGUMENT', 'ones', 'shape'],
    ['a number for a shape', () => u.full(wrong(3), 1), 'INVALID_ARGUMENT', 'full', 'shape'],
    ['an unknown dtype', () => u.zeros([1], wrong('float64')), 'INVALID_ARGUMENT', 'zeros', 'dtype'],
    ['a fraction as int32', () => u.full([1], 0.5, 'int32'), 'DATA_MISMATCH', 'full', 'value'],
    ['a number beyond int32', () => u.scalar(2 ** 31, 'int32'), 'DATA_MISMATCH', 'scalar', 'value'],
    ['a string as a value', () => u.full([1], wrong('1')), 'INVALID_ARGUMENT', 'full', 'value'],
    ['an identity of half a row', () => u.eye(1.5), 'INVALID_ARGUMENT', 'eye', 'n'],
    ['a range that never ends', () => u.arange(0, Infinity), 'INVALID_ARGUMENT', 'arange', 'stop'],
    ['a range that never moves', () => u.arange(0, 5, 0), 'INVALID_ARGUMENT', 'arange', 'step'],
    ['a range of bool', () => u.arange(0, 2, 1, 'bool'), 'INVALID_ARGUMENT', 'arange', 'dtype'],
    ['a fractional step as int32', () => u.arange(0, 2, 0.5, 'int32'), 'DATA_MISMATCH', 'arange', 'step'],
    ['no numbers of a line', () => u.linspace(0, 1, 0), 'INVALID_ARGUMENT', 'linspace', 'num'],
    ['indices that are not int32', () => u.oneHot(tensor([1]), 2), 'DTYPE_MISMATCH', 'oneHot', 'indices'],
    ['half an index', () => u.oneHot([0.5], 2), 'DATA_MISMATCH', 'tensor', 'values'],
    ['a negative depth', () => u.oneHot([0], -1), 'INVALID_ARGUMENT', 'oneHot', 'depth'],
    ['a misspelt option', () => u.oneHot([0], 1, wrong({ on: 1 })), 'INVALID_ARGUMENT', 'oneHot', 'on'],
  ];
  for (const [name, call, code, op, argument] of rows) {
    it(`refuses ${name}: ${code} at the call`, () => {
      expect(call).to.throw(UnfoldError).that.includes({ code, op, argument });
    });
  }
});
