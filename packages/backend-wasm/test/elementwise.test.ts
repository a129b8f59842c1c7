import { cos, div, less, logicalAnd, logicalNot, logicalOr, logicalXor, maximum, minimum, mod, pow, round, sin, tensor, type Tensor } from '@unfoldjs/core';
import { dataFor } from '@unfoldjs/backend-testkit/arbitraries';
import { onBoth } from './on-both.js';

describe('elementwise code in WebAssembly', () => {
  const same = onBoth();
  const bools = (seed: number): Tensor => tensor(dataFor({ dtype: 'bool', shape: [3, 11] }, seed, 'integers'), [3, 11], 'bool');

  for (const [name, op] of Object.entries({ logicalAnd, logicalOr, logicalXor, less, maximum, minimum, equal: (a: Tensor, b: Tensor) => a.equal(b) })) {
    it(`is there for ${name} of bool`, () => same(() => op(bools(1), bools(2)).cast('bool')));
  }

  for (const [name, op] of Object.entries({ div, mod })) {
    it(`is there for ${name} of int32, by 0 and at the ends of the range`, async () => {
      for (const fill of ['integers', 'extremes'] as const) {
        const [a, b] = [1, 2].map((seed) => tensor(dataFor({ dtype: 'int32', shape: [301] }, seed, fill), [301], 'int32'));
        await same(() => op(a!, b!));
      }
    });
  }

  it('is there for remainders of floats, whatever the quotient', async () => {
    const values = [0, -0, 1, -1, 3, -3, 0.1, -0.7, 1e-45, 1e-38, 7e-3, 16777215, 1e20, 3.4028235e38, -3.3e38, Infinity, -Infinity, NaN, ...dataFor({ dtype: 'float32', shape: [20] }, 1, 'reals')];
    await same(() => mod(tensor(values, [values.length, 1]), tensor(values, [1, values.length])));
  });

  it('is there for casts to int32, which wrap', async () => {
    const edges = [0.5, 2 ** 24 + 2, 2 ** 31 - 128, 2 ** 31, 2 ** 31 + 256, 3 * 2 ** 30, 2 ** 32 - 256, 2 ** 32, 2 ** 32 + 512, 1.5 * 2 ** 40, 2 ** 55 + 2 ** 32, 2 ** 100, Infinity];
    const values = [...edges, ...edges.map((value) => -value), NaN, -0];
    await same(() => tensor(values).cast('int32'));
    await same(() => tensor(dataFor({ dtype: 'float32', shape: [300] }, 1, 'reals').map((value) => value * 2 ** 31)).cast('int32'));
  });

  it('is there for powers, those of special values included', async () => {
    const values = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 2.5, -2.5, 1e-40, -1e-40, 1 + 2 ** -23, 1 - 2 ** -24, 1e38, -1e38, 2 ** 24, Infinity, -Infinity, NaN];
    const [bases, exponents] = [tensor(values, [values.length, 1]), tensor(values, [1, values.length])];
    await same(() => pow(bases, exponents));
    await same(() => pow(tensor(dataFor({ dtype: 'float32', shape: [99] }, 1, 'reals')).abs(), 0.75));
  });

  it('is there for powers of int32, which wrap', async () => {
    const bases = [0, 1, -1, 2, -2, 3, 46341, -(2 ** 31), 2 ** 31 - 1];
    const exponents = [0, 1, 2, 3, 7, 31, 32, -1, -2, -(2 ** 31), 2 ** 31 - 1];
    await same(() => pow(tensor(bases, [bases.length, 1], 'int32'), tensor(exponents, [1, exponents.length], 'int32')));
  });

  it('is there for sines and cosines of numbers of any size', async () => {
    const sizes = Array.from({ length: 278 }, (_, i) => 1.37 * 2 ** (i - 149));
    // The last two lie very near to multiples of pi / 2.
    const values = [...sizes, ...sizes.map((value) => -value), 0, -0, Infinity, NaN, 3.4028235e38, Math.PI, Math.PI / 2, 16367173 * 2 ** 72, 355 * 32];
    for (const op of [sin, cos]) await same(() => op(tensor(values)));
  });

  it('is there for what is made of them', async () => {
    await same(() => logicalNot(bools(1)));
    await same(() => round(tensor([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, NaN, Infinity])));
  });
});
