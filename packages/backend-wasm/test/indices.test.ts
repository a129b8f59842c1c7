import fc from 'fast-check';
import { gather, sum, tensor, topk, type DType, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { dataFor, shape, type Fill } from '@unfoldjs/backend-testkit/arbitraries';
import { onBoth } from './on-both.js';

interface Case {
  readonly of: readonly number[];
  readonly axis: number;
  readonly batchDims: number;
  readonly indices: Tensor;
  readonly seed: number;
}

/** Indices from beyond both ends of the axis, some of them twice; axes of size 0 have none that is valid. */
const cases: fc.Arbitrary<Case> = shape({ minRank: 1, maxRank: 4, of: fc.constantFrom(1, 2, 3, 4, 5, 8, 17, 40) }).chain((of) =>
  fc.nat(of.length - 1).chain((axis) =>
    fc.record({ batchDims: fc.nat(axis), chosen: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }), isEmpty: fc.integer({ min: 0, max: 9 }), seed: fc.integer() }).map(({ batchDims, chosen, isEmpty, seed }) => {
      const sizes = isEmpty === 0 && batchDims < axis ? of.with(axis, 0) : of;
      const indexShape = [...sizes.slice(0, batchDims), ...chosen];
      const size = sizes[axis]!;
      const indices = dataFor({ dtype: 'int32', shape: indexShape }, seed, 'integers', (random) => random.integer(-size - 2, size + 1));
      return { of: sizes, axis, batchDims, indices: tensor(indices, indexShape, 'int32'), seed };
    }),
  ),
);

describe('ops that move by index in WebAssembly', () => {
  const same = onBoth();
  const every = (dtype: DType, fill: Fill, make: (x: Tensor, problem: Case) => Tensor): Promise<void> =>
    fc.assert(
      fc.asyncProperty(cases, (problem) => same(() => make(tensor(dataFor({ dtype, shape: problem.of }, problem.seed, fill), [...problem.of], dtype), problem))),
      { seed: 1, numRuns: 80 },
    );

  for (const [dtype, fill] of [['float32', 'specials'], ['int32', 'extremes'], ['bool', 'integers']] as const) {
    it(`gather slices along any axis, zeros for indices that do not exist: ${dtype}`, () =>
      every(dtype, fill, (x, { axis, batchDims, indices }) => gather(x, indices, { axis, batchDims })));
  }

  for (const fill of ['integers', 'nonFinite'] as const) {
    it(`add slices up where they came from, in their order: ${fill}`, () =>
      every('float32', 'integers', (x, { axis, batchDims, indices, seed }) => {
        const chosen = gather(x, indices, { axis, batchDims });
        const slopes = tensor(dataFor({ dtype: 'float32', shape: chosen.shape }, seed, fill), [...chosen.shape]);
        return grad((from: Tensor) => sum(gather(from, indices, { axis, batchDims }).mul(slopes)))(x);
      }));
  }

  it('share a large table between units', async () => {
    const table = tensor(dataFor({ dtype: 'float32', shape: [500, 70] }, 1, 'integers'), [500, 70]);
    const indices = tensor(dataFor({ dtype: 'int32', shape: [3000] }, 2, 'integers', (random) => random.integer(-500, 500)), [3000], 'int32');
    await same(() => gather(table, indices));
    await same(() => grad((from: Tensor) => sum(gather(from, indices).square()))(table));
  });

  for (const [dtype, fill] of [['float32', 'specials'], ['int32', 'extremes'], ['bool', 'integers']] as const) {
    it(`find the largest elements and their places: ${dtype}`, async () => {
      const x = tensor(dataFor({ dtype, shape: [3, 4, 9] }, 5, fill), [3, 4, 9], dtype);
      await same(() => topk(x, { k: 4 }).values);
      await same(() => topk(x, { k: 4 }).indices);
    });
  }
});
