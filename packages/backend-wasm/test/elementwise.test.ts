import { less, logicalAnd, logicalNot, logicalOr, logicalXor, maximum, minimum, round, tensor, type Tensor } from '@unfoldjs/core';
import { dataFor } from '@unfoldjs/backend-testkit/arbitraries';
import { onBoth } from './on-both.js';

describe('elementwise code in WebAssembly', () => {
  const same = onBoth();
  const bools = (seed: number): Tensor => tensor(dataFor({ dtype: 'bool', shape: [3, 11] }, seed, 'integers'), [3, 11], 'bool');

  for (const [name, op] of Object.entries({ logicalAnd, logicalOr, logicalXor, less, maximum, minimum, equal: (a: Tensor, b: Tensor) => a.equal(b) })) {
    it(`is there for ${name} of bool`, () => same(() => op(bools(1), bools(2)).cast('bool')));
  }

  it('is there for what is made of them', async () => {
    await same(() => logicalNot(bools(1)));
    await same(() => round(tensor([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, NaN, Infinity])));
  });
});
