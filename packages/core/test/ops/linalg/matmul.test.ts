import { expect } from 'chai';
import fc from 'fast-check';
import { broadcastShapes, broadcastTo, dot, matmul, outer, reshape, setBackend, slice, squeeze, stack, tensor, transpose, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { expectElements, expectSame, integers, seeded } from '../support.js';

/** One product of plain matrices, by the definition. */
async function byLoops(a: Tensor, b: Tensor): Promise<number[]> {
  const [m, k] = a.shape as [number, number];
  const n = b.shape[1]!;
  const [x, y] = [await a.data(), await b.data()];
  return Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum += x[Math.floor(at / n) * k + p]! * y[p * n + (at % n)]!;
    return sum;
  });
}

const swapped = (x: Tensor): Tensor => transpose(x, [...Array(x.rank - 2).keys(), x.rank - 1, x.rank - 2]);
const size = fc.integer({ min: 0, max: 6 });

describe('matmul', () => {
  before(() => setBackend(cpu()));

  it('is rows times columns, for sizes from 0', () =>
    fc.assert(
      fc.asyncProperty(size, size, size, fc.nat(), async (m, k, n, seed) => {
        const [a, b] = [integers([m, k], seed), integers([k, n], seed + 1)];
        const y = matmul(a, b);
        expect(y.shape).to.deep.equal([m, n]);
        expectElements(await y.data(), await byLoops(a, b));
      }),
      seeded(100),
    ));

  it('transposes either side', () =>
    fc.assert(
      fc.asyncProperty(size, size, size, fc.boolean(), fc.boolean(), fc.nat(), async (m, k, n, transposeA, transposeB, seed) => {
        const [a, b] = [integers([2, m, k], seed), integers([2, k, n], seed + 1)];
        await expectSame(matmul(transposeA ? swapped(a) : a, transposeB ? swapped(b) : b, { transposeA, transposeB }), matmul(a, b));
      }),
      seeded(100),
    ));

  it('broadcasts batches on both sides at once (tfjs#7061, tfjs#4192, tfjs#3136)', () => {
    const batch = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
    const pairs = fc.tuple(batch, batch).map(([a, b]) => [a.map((dim, i) => (i % 2 ? 1 : dim)), b] as const);
    return fc.assert(
      fc.asyncProperty(pairs.filter(([a, b]) => broadcastShapes(a, b) !== null), fc.nat(), async ([batchA, batchB], seed) => {
        const [a, b] = [integers([...batchA, 2, 3], seed), integers([...batchB, 3, 4], seed + 1)];
        const whole = broadcastShapes(batchA, batchB)!;
        const count = whole.reduce((product, dim) => product * dim, 1);
        const left = reshape(broadcastTo(a, [...whole, 2, 3]), [count, 2, 3]);
        const right = reshape(broadcastTo(b, [...whole, 3, 4]), [count, 3, 4]);
        const expected: number[] = [];
        for (let i = 0; i < count; i++) expected.push(...(await byLoops(squeeze(slice(left, i, 1), 0), squeeze(slice(right, i, 1), 0))));
        const y = matmul(a, b);
        expect(y.shape).to.deep.equal([...whole, 2, 4]);
        expectElements(await y.data(), expected);
      }),
      seeded(60),
    );
  });

  it('gives [3, 1, 3, 4] x [1, 2, 4, 2] the batch [3, 2], as numpy does', async () => {
    const [a, b] = [integers([3, 1, 3, 4], 1), integers([1, 2, 4, 2], 2)];
    const y = matmul(a, b);
    expect(y.shape).to.deep.equal([3, 2, 3, 2]);
    const each = [0, 1, 2].flatMap((i) => [0, 1].map((j) => matmul(reshape(slice(a, i, 1), [3, 4]), reshape(slice(b, [0, j], [1, 1]), [4, 2]))));
    await expectSame(y, reshape(stack(each), [3, 2, 3, 2]));
  });

  it('takes vectors as numpy does', async () => {
    const [v, a] = [integers([3], 1), integers([2, 3, 4], 2)];
    await expectSame(matmul(v, a), squeeze(matmul(reshape(v, [1, 3]), a), 1));
    await expectSame(matmul(swapped(a), v), squeeze(matmul(swapped(a), reshape(v, [3, 1])), 2));
    expect(matmul(v, v).shape).to.deep.equal([]);
    await expectSame(matmul(v, v), dot(v, v));
  });

  it('wraps int32, also where doubles would lose bits', async () => {
    const a = tensor([2 ** 31 - 1, 2 ** 31 - 1], [1, 2], 'int32');
    const b = tensor([2 ** 31 - 1, 2], [2, 1], 'int32');
    expectElements(await matmul(a, b).data(), [(Math.imul(2 ** 31 - 1, 2 ** 31 - 1) + Math.imul(2 ** 31 - 1, 2)) | 0]);
  });

  it('multiplies zeros by infinities: NaN, as IEEE 754 says', async () => {
    expectElements(await matmul([[0, 1]], [[Infinity], [1]]).data(), [NaN]);
  });

  it('promotes dtypes; bool counts as int32', () => {
    expect(matmul([[true]], [[false]]).dtype).to.equal('int32');
    expect(matmul(tensor([1], [1, 1], 'int32'), [[0.5]]).dtype).to.equal('float32');
  });
});

describe('outer', () => {
  before(() => setBackend(cpu()));

  it('multiplies every pair', async () => {
    expect(await outer([1, 2], [3, 4, 5]).array()).to.deep.equal([[3, 4, 5], [6, 8, 10]]);
  });
});
