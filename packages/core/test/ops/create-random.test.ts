import { expect } from 'chai';
import fc from 'fast-check';
import { philox, randomNormal, randomUniform, randomWords, setBackend, truncatedNormal, UnfoldError, type Words } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { numbers } from './float32.js';

const hex = (words: readonly number[]): string => words.map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('random numbers', () => {
  before(() => setBackend(cpu()));

  it('come from Philox4x32-10: the known answers of its authors', () => {
    // Random123, kat_vectors
    const answers: readonly (readonly [Words, [number, number], string])[] = [
      [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
      [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
      [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
    ];
    for (const [counter, key, answer] of answers) expect(hex(philox(counter, key))).to.equal(answer);
  });

  it('take the blocks of the counter in order, under both words of the seed', () => {
    const next = randomWords(2 ** 32 * 5 + 7);
    const words = Array.from({ length: 8 }, next);
    expect(words).to.deep.equal([...philox([0, 0, 0, 0], [7, 5]), ...philox([1, 0, 0, 0], [7, 5])]);
  });

  it('show the very words where all of int32 is asked for', async () => {
    const x = randomUniform([4], { seed: 0, min: -(2 ** 31), max: 2 ** 31, dtype: 'int32' });
    expect(hex((await numbers(x)).map((value) => value + 2 ** 31))).to.equal('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  });

  it('are the same for the same seed, and others for another or for none', async () => {
    for (const make of [randomUniform, randomNormal, truncatedNormal]) {
      const draw = async (seed?: number) => numbers(make([50], seed === undefined ? {} : { seed }));
      expect(await draw(3)).to.deep.equal(await draw(3));
      expect(await draw(3)).not.to.deep.equal(await draw(4));
      expect(await draw()).not.to.deep.equal(await draw());
    }
  });

  it('do not depend on how many are drawn', async () => {
    for (const make of [randomUniform, randomNormal, truncatedNormal]) {
      expect((await numbers(make([100], { seed: 9 }))).slice(0, 7)).to.deep.equal(await numbers(make([7], { seed: 9 })));
    }
  });

  it('uniform ones stay from min up to, and without, max', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }), async (seed, min, width) => {
        fc.pre(Math.fround(min) < Math.fround(min + width));
        for (const value of await numbers(randomUniform([200], { seed, min: Math.fround(min), max: min + width }))) {
          expect(value).to.be.at.least(Math.fround(min));
          expect(value).to.be.below(min + width);
        }
      }),
      { seed: 5, numRuns: 50 },
    );
  });

  it('whole ones reach both ends and nothing beyond', async () => {
    const values = await numbers(randomUniform([2000], { seed: 1, min: -2, max: 3, dtype: 'int32' }));
    expect([...new Set(values)].sort((a, b) => a - b)).to.deep.equal([-2, -1, 0, 1, 2]);
  });

  // With n = 40,000 a mean is within 5 standard errors (5 sigma / 200) of its expectation, but for one seed in a million; the seed is fixed.
  it('have the moments of their distributions', async () => {
    const size = [40_000];
    const moments = async (values: number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
    };
    const uniform = await moments(await numbers(randomUniform(size, { seed: 11 })));
    expect(uniform.mean).to.be.closeTo(0.5, (5 * Math.sqrt(1 / 12)) / 200);
    expect(uniform.variance).to.be.closeTo(1 / 12, (5 * Math.sqrt(1 / 180)) / 200);
    const normal = await moments(await numbers(randomNormal(size, { seed: 12, mean: 3, stdDev: 2 })));
    expect(normal.mean).to.be.closeTo(3, (5 * 2) / 200);
    expect(normal.variance).to.be.closeTo(4, (5 * 4 * Math.SQRT2) / 200);
    const cut = await numbers(truncatedNormal(size, { seed: 13 }));
    expect(Math.max(...cut.map(Math.abs))).to.be.at.most(2);
    // Variance of the standard normal cut at 2: 1 - 4 phi(2) / (2 Phi(2) - 1) = 0.7737.
    expect((await moments(cut)).variance).to.be.closeTo(0.7737, (5 * 1.1) / 200);
  });

  it('refuse a bad seed, bounds in the wrong order, bool and a negative deviation', () => {
    const codes: readonly (readonly [() => unknown, string])[] = [
      [() => randomUniform([1], { seed: -1 }), 'seed'],
      [() => randomNormal([1], { seed: 0.5 }), 'seed'],
      [() => randomUniform([1], { min: 1, max: 1 }), 'min'],
      [() => randomUniform([1], { min: 2, max: 2, dtype: 'int32' }), 'min'],
      [() => randomUniform([1], { dtype: 'bool' }), 'dtype'],
      [() => randomUniform([1], { max: Infinity }), 'max'],
      [() => randomNormal([1], { stdDev: -1 }), 'stdDev'],
      [() => truncatedNormal([-1]), 'shape'],
    ];
    for (const [call, argument] of codes) expect(call, argument).to.throw(UnfoldError).that.includes({ code: 'INVALID_ARGUMENT', argument });
    expect(() => randomUniform([1], { min: 0.5, max: 3, dtype: 'int32' })).to.throw(UnfoldError).that.includes({ code: 'DATA_MISMATCH', argument: 'min' });
  });
});
