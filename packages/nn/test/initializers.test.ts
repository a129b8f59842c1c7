import { expect } from 'chai';
import type { Shape } from '@unfoldjs/core';
import { conv2d, deriveSeed, dense, initializers, sequential, type Initializer, type Params } from '@unfoldjs/nn';
import { onCpu, refusal } from './helper.js';

const { constant, glorotNormal, glorotUniform, heNormal, heUniform, lecunNormal, lecunUniform, ones, randomNormal, randomUniform, truncatedNormal, zeros } = initializers;

const numbers = async (initializer: Initializer, shape: Shape, seed = 3): Promise<number[]> => [...(await initializer(shape, seed).data())];
const variance = (values: readonly number[]): number => values.reduce((sum, v) => sum + v * v, 0) / values.length;

describe('initializers', () => {
  onCpu();

  // [KH, KW, I, O]: fanIn 3 * 3 * 16 = 144, fanOut 3 * 3 * 112 = 1008.
  const kernel: Shape = [3, 3, 16, 112];
  const uniform: readonly [string, Initializer, number][] = [
    ['glorotUniform', glorotUniform(), 6 / (144 + 1008)],
    ['heUniform', heUniform(), 6 / 144],
    ['lecunUniform', lecunUniform(), 3 / 144],
  ];
  for (const [name, initializer, squaredLimit] of uniform) {
    it(`${name} fills its interval and stays in it`, async () => {
      const values = await numbers(initializer, kernel);
      const limit = Math.sqrt(squaredLimit);
      // None of 16,128 numbers in the outer 1 % on a side has probability below 1e-35.
      expect(Math.max(...values)).to.be.within(0.98 * limit, limit);
      expect(Math.min(...values)).to.be.within(-limit, -0.98 * limit);
    });
  }

  const normal: readonly [string, Initializer, number][] = [
    ['glorotNormal', glorotNormal(), 2 / (144 + 1008)],
    ['heNormal', heNormal(), 2 / 144],
    ['lecunNormal', lecunNormal(), 1 / 144],
  ];
  for (const [name, initializer, wanted] of normal) {
    it(`${name} has the variance that the fans ask for, cut off at two deviations of the normal distribution before the cut`, async () => {
      const values = await numbers(initializer, kernel);
      // The relative deviation of a variance of n numbers is below sqrt(2 / n): 0.0111; six of them.
      expect(variance(values) / wanted).to.be.within(1 - 0.067, 1 + 0.067);
      const cut = (2 * Math.sqrt(wanted)) / 0.87962566103423978;
      expect(Math.max(...values.map(Math.abs))).to.be.within(0.95 * cut, cut * (1 + 2 ** -23));
    });
  }

  it('counts the fans of a vector as its length, and those of a matrix as its sides', async () => {
    const largest = async (shape: Shape) => Math.max(...(await numbers(lecunUniform(), shape)).map(Math.abs));
    expect(await largest([1000])).to.be.within(0.95 * Math.sqrt(3 / 1000), Math.sqrt(3 / 1000));
    expect(await largest([10, 100])).to.be.within(0.95 * Math.sqrt(3 / 10), Math.sqrt(3 / 10));
  });

  it('fill with a constant, each parameter in memory of its own', async () => {
    expect(await numbers(zeros(), [2, 2])).to.deep.equal([0, 0, 0, 0]);
    expect(await numbers(ones(), [3])).to.deep.equal([1, 1, 1]);
    expect(await numbers(constant(-2.5), [2])).to.deep.equal([-2.5, -2.5]);
    const [a, b] = [zeros()([4], 1), zeros()([4], 1)];
    a.dispose();
    expect([...(await b.data())]).to.deep.equal([0, 0, 0, 0]);
  });

  it('draw from ranges and with deviations of your own', async () => {
    const spread = await numbers(randomUniform({ min: 2, max: 4 }), [1000]);
    expect(Math.min(...spread)).to.be.within(2, 2.1);
    expect(Math.max(...spread)).to.be.within(3.9, 4);
    expect(Math.max(...(await numbers(truncatedNormal({ stdDev: 3 }), [1000])).map(Math.abs))).to.be.within(4, 6);
    expect(Math.max(...(await numbers(randomNormal({ stdDev: 3 }), [1000])).map(Math.abs))).to.be.above(6);
  });

  it('give the same numbers for the same seed, others for another, and their own where they have one', async () => {
    expect(await numbers(glorotUniform(), [20], 1)).to.deep.equal(await numbers(glorotUniform(), [20], 1));
    expect(await numbers(glorotUniform(), [20], 1)).to.not.deep.equal(await numbers(glorotUniform(), [20], 2));
    expect(await numbers(glorotUniform({ seed: 9 }), [20], 1)).to.deep.equal(await numbers(glorotUniform({ seed: 9 }), [20], 2));
  });

  it('are dealt seeds of their own by a model, again the same', async () => {
    const model = sequential([dense({ units: 4, biasInitializer: 'heNormal' }), dense({ units: 4 })]);
    const values = async (seed: number) => {
      const { dense: first, dense_1: second } = model.init([[4]], seed).params as Record<string, Record<string, Params[string]>>;
      return Promise.all([first!.kernel, first!.bias, second!.kernel].map(async (t) => String(await (t as { data(): Promise<unknown> }).data())));
    };
    expect(await values(1)).to.deep.equal(await values(1));
    expect(new Set([...(await values(1)), ...(await values(2))]).size).to.equal(6);
  });

  it('derive seeds below 2^53 that differ', () => {
    const seeds = Array.from({ length: 2000 }, (_, i) => deriveSeed(2 ** 52 + 12345, i));
    expect(new Set(seeds).size).to.equal(2000);
    expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0)).to.equal(true);
  });

  it('refuse what they cannot use', () => {
    expect(refusal(() => glorotUniform({ seed: -1 }), 'INVALID_ARGUMENT').argument).to.equal('seed');
    expect(refusal(() => glorotUniform({ sead: 1 } as never), 'INVALID_ARGUMENT').message).to.contain('no option `sead`');
    refusal(() => constant('1' as never), 'INVALID_ARGUMENT');
    refusal(() => randomUniform({ min: 2, max: 1 }), 'INVALID_ARGUMENT');
    refusal(() => randomNormal({ stdDev: -1 }), 'INVALID_ARGUMENT');
    expect(refusal(() => conv2d({ filters: 1, kernelSize: 1, kernelInitializer: 'glorot_uniform' as never }), 'INVALID_ARGUMENT').message).to.contain('glorotUniform');
  });
});
