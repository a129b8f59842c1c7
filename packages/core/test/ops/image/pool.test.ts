import { expect } from 'chai';
import fc from 'fast-check';
import { builtInOps } from '@unfoldjs/core/reference';
import { avgPool2d, globalAvgPool2d, globalMaxPool2d, maxPool2d, setBackend, tensor, transpose, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { expectElements, expectSame, integers, pixelsOf, reals, seeded, windowCases, type Pair, type WindowCase } from '../support.js';

interface PoolCase extends WindowCase {
  readonly ceilMode: boolean;
}

const poolCases = (): fc.Arbitrary<PoolCase> => fc.tuple(windowCases(), fc.boolean()).map(([c, ceilMode]) => ({ ...c, ceilMode }));
const optionsOf = ({ window, strides, dilations, padding, ceilMode }: PoolCase) => ({ window, strides, dilations, padding, ceilMode });

/** The pixels of every window, by the definitions of the paper: what counts, and what is padding that may count. */
async function windowsByLoops(x: Tensor, { window, strides, dilations, ceilMode }: PoolCase, padding: readonly [Pair, Pair]) {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const data = await x.data();
  const places = [h, w].map((size, axis) => {
    const room = size + padding[axis]![0] + padding[axis]![1] - (window[axis]! - 1) * dilations[axis]! - 1;
    let count = (ceilMode ? Math.ceil(room / strides[axis]!) : Math.floor(room / strides[axis]!)) + 1;
    if (ceilMode && (count - 1) * strides[axis]! >= size + padding[axis]![0]) count--;
    return count;
  }) as [number, number];
  const windows: { values: number[]; withPadding: number }[] = [];
  for (let image = 0; image < n; image++)
    for (let i = 0; i < places[0]; i++)
      for (let j = 0; j < places[1]; j++)
        for (let channel = 0; channel < c; channel++) {
          const values: number[] = [];
          let withPadding = 0;
          for (let y = 0; y < window[0]; y++)
            for (let z = 0; z < window[1]; z++) {
              const row = i * strides[0] - padding[0][0] + y * dilations[0];
              const column = j * strides[1] - padding[1][0] + z * dilations[1];
              if (row < h + padding[0][1] && column < w + padding[1][1]) withPadding++;
              if (row >= 0 && row < h && column >= 0 && column < w) values.push(data[((image * h + row) * w + column) * c + channel]!);
            }
          windows.push({ values, withPadding });
        }
  return { shape: [n, ...places, c], windows };
}

const decomposed = (y: Tensor): Tensor => {
  const { op, inputs, attrs, type } = y.expr;
  const [x] = inputs.map((input) => new (y.constructor as new (expr: typeof input) => Tensor)(input));
  return builtInOps.get(op.name)!.decompose([x!], attrs, type)!;
};

describe('maxPool2d', () => {
  before(() => setBackend(cpu()));

  it('is the largest pixel of each window, padding never counting', () =>
    fc.assert(
      fc.asyncProperty(poolCases(), async (c) => {
        const x = integers([c.batch, ...c.size, c.channels], c.seed).sub(10);
        const y = maxPool2d(x, optionsOf(c));
        const { shape, windows } = await windowsByLoops(x, c, pixelsOf(c));
        expect(y.shape).to.deep.equal(shape);
        expectElements(await y.data(), windows.map(({ values }) => Math.max(...values)));
      }),
      seeded(200),
    ));

  it('equals its decomposition, for float32 and int32', () =>
    fc.assert(
      fc.asyncProperty(poolCases(), fc.constantFrom<'float32' | 'int32'>('float32', 'int32'), async (c, dtype) => {
        const y = maxPool2d(integers([c.batch, ...c.size, c.channels], c.seed, dtype), optionsOf(c));
        await expectSame(decomposed(y), y);
      }),
      seeded(100),
    ));

  it('uses the window as strides unless told otherwise', () => {
    expect(maxPool2d(integers([1, 6, 7, 1], 1), { window: [2, 3] }).shape).to.deep.equal([1, 3, 2, 1]);
  });

  it('does not ignore the padding of a 1 x 1 window (tfjs PR #6969)', async () => {
    const x = tensor([1, 2, 3, 4], [1, 2, 2, 1]);
    const y = maxPool2d(x, { window: 1, strides: 2, padding: 1 });
    expect(y.shape).to.deep.equal([1, 2, 2, 1]);
    expectElements(await y.data(), [-Infinity, -Infinity, -Infinity, 4]);
    expectElements(await decomposed(y).data(), [-Infinity, -Infinity, -Infinity, 4]);
  });

  it('carries NaN to every window that holds it, and no further', async () => {
    const x = tensor([NaN, 1, 2, 3], [1, 1, 4, 1]);
    expectElements(await maxPool2d(x, { window: [1, 2], strides: 1 }).data(), [NaN, 2, 3]);
  });

  it('in NCHW is the same on transposed images', async () => {
    const x = integers([2, 5, 6, 3], 4);
    const first = maxPool2d(transpose(x, [0, 3, 1, 2]), { window: 2, padding: 'same', dataFormat: 'NCHW' });
    await expectSame(transpose(first, [0, 2, 3, 1]), maxPool2d(x, { window: 2, padding: 'same' }));
  });
});

describe('avgPool2d', () => {
  before(() => setBackend(cpu()));

  it('is the mean of the pixels that lie in the image, or of all padded ones', () =>
    fc.assert(
      fc.asyncProperty(poolCases(), fc.boolean(), async (c, countIncludePad) => {
        const x = integers([c.batch, ...c.size, c.channels], c.seed);
        const y = avgPool2d(x, { ...optionsOf(c), countIncludePad });
        const { shape, windows } = await windowsByLoops(x, c, pixelsOf(c));
        expect(y.shape).to.deep.equal(shape);
        const mean = ({ values, withPadding }: (typeof windows)[number]): number => values.reduce((sum, value) => sum + value, 0) / (countIncludePad ? withPadding : values.length);
        expectElements(await y.data(), windows.map((window) => Math.fround(mean(window))));
      }),
      seeded(200),
    ));

  it('equals its decomposition', () =>
    fc.assert(
      fc.asyncProperty(poolCases(), fc.boolean(), async (c, countIncludePad) => {
        const y = avgPool2d(reals([c.batch, ...c.size, c.channels], c.seed), { ...optionsOf(c), countIncludePad });
        await expectSame(decomposed(y), y);
      }),
      seeded(100),
    ));

  it('does not take the identity for a 1 x 1 window with padding (TensorFlow.js does)', async () => {
    const y = avgPool2d(tensor([1, 2, 3, 4], [1, 2, 2, 1]), { window: 1, strides: 2, padding: 1 });
    expectElements(await y.data(), [NaN, NaN, NaN, 4]);
    expectElements(await decomposed(y).data(), [NaN, NaN, NaN, 4]);
  });

  it('of ones is one at every edge, with SAME on odd sizes too', async () => {
    const ones = tensor(new Float32Array(2 * 5 * 7 * 3).fill(1), [2, 5, 7, 3]);
    for (const padding of ['same', 'same_lower'] as const) {
      const y = await avgPool2d(ones, { window: [3, 2], strides: 2, padding }).data();
      expect([...y].every((value) => value === 1)).to.equal(true);
    }
  });

  it('converts integers', async () => {
    expectElements(await avgPool2d(tensor([1, 2], [1, 1, 2, 1], 'int32'), { window: [1, 2] }).data(), [1.5]);
  });

});

describe('global pools', () => {
  before(() => setBackend(cpu()));

  it('are the pools of one window as large as the image', async () => {
    const x = integers([2, 4, 8, 3], 7);
    await expectSame(globalMaxPool2d(x, { keepDims: true }), maxPool2d(x, { window: [4, 8] }));
    await expectSame(globalAvgPool2d(x, { keepDims: true }), avgPool2d(x, { window: [4, 8] }));
    expect(globalAvgPool2d(x).shape).to.deep.equal([2, 3]);
    await expectSame(globalMaxPool2d(transpose(x, [0, 3, 1, 2]), { dataFormat: 'NCHW' }), globalMaxPool2d(x));
  });
});
