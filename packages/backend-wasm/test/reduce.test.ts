import fc from 'fast-check';
import { max, min, prod, sum, tensor, type DType, type Tensor } from '@unfoldjs/core';
import { axesOf, dataFor, dim, shape, type Fill } from '@unfoldjs/backend-testkit/arbitraries';
import { onBoth } from './on-both.js';

describe('reductions in WebAssembly', () => {
  const same = onBoth();
  const cases = shape({ maxRank: 4, of: dim }).chain((of) => fc.record({ of: fc.constant(of), axes: axesOf(of.length), keepDims: fc.boolean(), seed: fc.integer() }));
  const every = (dtype: DType, fill: Fill, reduce: typeof sum): Promise<void> =>
    fc.assert(
      fc.asyncProperty(cases, ({ of, axes, keepDims, seed }) => same(() => reduce(tensor(dataFor({ dtype, shape: of }, seed, fill), of, dtype), { axes, keepDims }))),
      { seed: 1, numRuns: 80 },
    );

  for (const [dtype, fill] of [['float32', 'integers'], ['float32', 'nonFinite'], ['int32', 'extremes'], ['bool', 'integers']] as const) {
    it(`sum any axes, no elements included: ${dtype}, ${fill}`, () => every(dtype, fill, sum));
  }
  for (const [dtype, fill] of [['float32', 'specials'], ['int32', 'extremes'], ['bool', 'integers']] as const) {
    it(`find the largest along any axes: ${dtype}, ${fill}`, () => every(dtype, fill, max));
    it(`find the smallest along any axes: ${dtype}, ${fill}`, () => every(dtype, fill, min));
  }
  it('multiply along any axes', () => every('int32', 'integers', prod));

  it('share several stretches of axes between units', async () => {
    const of = [40, 30, 20, 10];
    const x = (dtype: DType): Tensor => tensor(dataFor({ dtype, shape: of }, 1, 'integers'), of, dtype);
    for (const axes of [[0, 2], [1, 3]]) {
      await same(() => sum(x('float32'), { axes }));
      await same(() => max(x('bool'), { axes }));
    }
  });
});
