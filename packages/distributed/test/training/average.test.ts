import { setBackend, tensor, UnfoldError } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { weightedMean } from '@unfoldjs/distributed';
import { parameterAt } from '@unfoldjs/nn';
import { expect } from 'chai';
import fc from 'fast-check';

const meanOf = async (rows: readonly (readonly number[])[], weights: readonly number[]): Promise<readonly number[]> =>
  [...(await parameterAt(await weightedMean(rows.map((row, i) => ({ tree: { a: { w: tensor([...row]) } }, weight: weights[i]! }))), 'a.w').data())];

describe('the weighted mean of trees', () => {
  before(async () => void (await setBackend(cpu())));
  const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });

  it('is the exact mean, rounded: off by half a unit of the result, and what float64 loses', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(float, fc.integer({ min: 1, max: 1000 })), { minLength: 1, maxLength: 9 }), async (parts) => {
        const [mean] = await meanOf(parts.map(([value]) => [value]), parts.map(([, weight]) => weight));
        // In whole numbers: every float32 of this size is a multiple of 2^-149.
        const scale = 2n ** 149n;
        const exact = parts.reduce((sum, [value, weight]) => sum + scaled(value) * BigInt(weight), 0n);
        const total = BigInt(parts.reduce((sum, [, weight]) => sum + weight, 0));
        const size = parts.reduce((sum, [value, weight]) => sum + Math.abs(value) * weight, 0) / Number(total);
        const off = Number(scaled(mean!) * total - exact) / Number(total) / Number(scale);
        // k products and k sums in float64, and a division; then one rounding to float32, of a number that may be subnormal.
        expect(Math.abs(off)).to.be.at.most(2 ** -24 * Math.abs(mean!) * (1 + 2 ** -23) + 2 ** -150 + (2 * parts.length + 1) * 2 ** -52 * size);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('of one tree, or of equal ones, is that tree, down to the sign of zero', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(float, { minLength: 1, maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 2 ** 20 }), { minLength: 1, maxLength: 4 }), async (row, weights) => {
        expect(await meanOf(weights.map(() => row), weights)).to.deep.equal(row);
      }),
      { seed: 2, numRuns: 100, examples: [[[-0, 0], [3, 1]]] },
    );
  });

  it('takes what is not float32 from the first tree', async () => {
    const counter = (count: number) => ({ tree: { count: tensor([count], [1], 'int32') }, weight: 1 });
    expect(await parameterAt(await weightedMean([counter(3), counter(5)]), 'count').array()).to.deep.equal([3]);
  });

  it('is refused for no trees, trees of different forms, and weights that are none', async () => {
    const tree = { w: tensor([1]) };
    const wrong = [['INVALID_ARGUMENT', []], ['INVALID_ARGUMENT', [{ tree, weight: 0 }]], ['INVALID_ARGUMENT', [{ tree, weight: NaN }]], ['DATA_MISMATCH', [{ tree, weight: 1 }, { tree: { w: tensor([1, 2]) }, weight: 1 }]]] as const;
    for (const [code, trees] of wrong) {
      const error: unknown = await weightedMean(trees).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(UnfoldError).with.property('code', code);
    }
  });
});

/** A float32 in units of 2^-149. */
function scaled(value: number): bigint {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = BigInt(bits & 0x7fffff) + (exponent ? 0x800000n : 0n);
  return (bits >>> 31 ? -1n : 1n) * (mantissa << BigInt(Math.max(0, exponent - 1)));
}
