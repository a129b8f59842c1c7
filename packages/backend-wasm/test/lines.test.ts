import fc from 'fast-check';
import { argMax, argMin, cumsum, tensor, type DType, type Tensor } from '@unfoldjs/core';
import { dataFor, positiveDim, shape, type Fill } from '@unfoldjs/backend-testkit/arbitraries';
import { onBoth } from './on-both.js';

describe('searches and running sums in WebAssembly', () => {
  const same = onBoth();
  const cases = shape({ minRank: 1, maxRank: 3, of: positiveDim }).chain((of) =>
    fc.record({ of: fc.constant(of), axis: fc.nat(of.length - 1), seed: fc.integer(), flags: fc.tuple(fc.boolean(), fc.boolean()) }),
  );
  const every = (dtype: DType, fill: Fill, make: (x: Tensor, axis: number, flags: readonly [boolean, boolean]) => Tensor): Promise<void> =>
    fc.assert(
      fc.asyncProperty(cases, ({ of, axis, seed, flags }) => same(() => make(tensor(dataFor({ dtype, shape: of }, seed, fill), of, dtype), axis, flags))),
      { seed: 1, numRuns: 60 },
    );

  for (const [dtype, fill] of [['float32', 'specials'], ['float32', 'reals'], ['int32', 'extremes'], ['bool', 'integers']] as const) {
    it(`find the first of the largest, along any axis: ${dtype}, ${fill}`, () => every(dtype, fill, (x, axis, [keepDims]) => argMax(x, { axis, keepDims })));
    it(`find the first of the smallest: ${dtype}, ${fill}`, () => every(dtype, fill, (x, axis) => argMin(x, { axis })));
  }

  for (const [dtype, fill] of [['float32', 'integers'], ['float32', 'nonFinite'], ['int32', 'extremes'], ['bool', 'integers']] as const) {
    it(`add along any axis, in both directions: ${dtype}, ${fill}`, () =>
      every(dtype, fill, (x, axis, [exclusive, reverse]) => cumsum(x, { axis, exclusive, reverse })));
  }

  it('share long tensors between units', async () => {
    for (const of of [[130, 70], [70, 130], [9, 40, 37]]) {
      const x = tensor(dataFor({ dtype: 'float32', shape: of }, 1, 'integers'), of);
      for (const axis of [0, 1]) {
        await same(() => argMax(x, { axis }));
        await same(() => cumsum(x, { axis }));
      }
    }
  });
});
