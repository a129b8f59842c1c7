import { im2col, matmul, relu, reshape, tensor, type Tensor } from '@unfoldjs/core';
import { dataFor } from '@unfoldjs/backend-testkit/arbitraries';
import { onBoth } from './on-both.js';

describe('products of batches in WebAssembly', () => {
  const same = onBoth();
  const whole = (shape: number[], seed: number): Tensor => tensor(dataFor({ dtype: 'float32', shape }, seed, 'integers'), shape);

  for (const [left, right] of [
    [[], []],
    [[3], []],
    [[], [3]],
    [[2, 3], [3]],
    [[3], [2, 3]],
    [[2, 1], [1, 3]],
    [[1, 3, 1], [2, 1, 4]],
    [[2, 1, 4], [2, 3, 1]],
  ] as const) {
    it(`broadcast ${JSON.stringify(left)} with ${JSON.stringify(right)}, in all transpositions`, async () => {
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const a = whole([...left, ...(transposeA ? [6, 5] : [5, 6])], 1);
          const b = whole([...right, ...(transposeB ? [11, 6] : [6, 11])], 2);
          await same(() => relu(matmul(a, b, { transposeA, transposeB }).add(whole([11], 3))));
        }
      }
    });
  }

  it('wrap where they are of int32', async () => {
    const whole32 = (shape: number[], seed: number): Tensor => tensor(dataFor({ dtype: 'int32', shape }, seed, 'extremes'), shape, 'int32');
    await same(() => matmul(whole32([5, 7], 1), whole32([7, 13], 2)));
    await same(() => matmul(whole32([2, 1030, 6], 1), whole32([2, 1030, 9], 2), { transposeA: true }));
  });

  it('of int32 stay apart from what is around them', async () => {
    const ones = (shape: number[]): Tensor => tensor(dataFor({ dtype: 'int32', shape }, 1, 'integers'), shape, 'int32');
    await same(() => relu(matmul(ones([5, 7]), ones([7, 13])).add(ones([13]))));
    await same(() => matmul(reshape(im2col(ones([2, 6, 5, 3]), { window: 2 }), [40, 12]), ones([12, 7])));
  });
});
