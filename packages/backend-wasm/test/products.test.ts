import { conv2d, conv2dTranspose, im2col, logSoftmax, matmul, randomUniform, setBackend, softmax, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { explain } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { expect } from 'chai';

/** Whole numbers, so that every order of summation gives the same bits. */
const whole = (shape: readonly number[], seed: number): Tensor => randomUniform(shape, { seed, min: -4, max: 5, dtype: 'int32' }).cast('float32');

const on = async (backend: Backend, make: () => Tensor): Promise<number[]> => {
  await setBackend(backend);
  return Array.from(await make().data());
};

describe('products in WebAssembly', () => {
  let [here, reference] = [null!, null!] as [Backend, Backend];
  before(async () => {
    [here, reference] = await Promise.all([wasm().open(), cpu().open()]);
  });
  after(() => Promise.all([here.dispose(), reference.dispose()]));

  for (const [m, k, n] of [[1, 1, 1], [3, 5, 7], [4, 8, 8], [5, 1, 9], [67, 13, 17], [131, 2, 3]] as const) {
    it(`[${m}, ${k}] x [${k}, ${n}] is exact, each operand turned or not`, async () => {
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const make = () => matmul(whole(transposeA ? [k, m] : [m, k], 1), whole(transposeB ? [n, k] : [k, n], 2), { transposeA, transposeB });
          expect(await on(here, make), `${transposeA} ${transposeB}`).to.deep.equal(await on(reference, make));
        }
      }
    });
  }

  it('gives exact convolutions in groups of channels, bias and relu included', async () => {
    const make = () => conv2d(whole([2, 9, 7, 12], 1), whole([3, 3, 4, 15], 2), { padding: 'same', strides: 2, groups: 3 }).add(whole([15], 3)).relu();
    await setBackend(here);
    expect(String(await explain(make()))).to.include('3 groups');
    expect(await on(here, make)).to.deep.equal(await on(reference, make));
  });

  it('gives rows of softmax that add up to 1, also where powers alone would overflow', async () => {
    await setBackend(here);
    const rows = tensor([1000, 1000, 999, -Infinity, 1000, 0, 0, 0, 0, 0], [2, 5]);
    expect(String(await explain(softmax(rows)))).to.include('rows, f32x4');
    const [values, logs] = [Array.from(await softmax(rows).data()), Array.from(await logSoftmax(rows).data())];
    const share = Math.exp(-1) / (3 + Math.exp(-1));
    [1 / (3 + Math.exp(-1)), 1 / (3 + Math.exp(-1)), share, 0, 1 / (3 + Math.exp(-1)), 0.2, 0.2, 0.2, 0.2, 0.2].forEach((expected, i) => {
      expect(Math.abs(values[i]! - expected), `softmax ${i}`).to.be.at.most(8 * 2 ** -24 * expected);
      if (expected > 0) expect(Math.abs(logs[i]! - Math.log(expected)), `logSoftmax ${i}`).to.be.at.most(8 * 2 ** -24 * Math.abs(Math.log(expected)));
      else expect(logs[i]).to.equal(-Infinity);
    });
  });

  it('does not multiply the filters of a transposed convolution by zeros that are not there', async () => {
    const filters = tensor([Infinity, 1, 2, -Infinity], [2, 2, 1, 1]);
    const make = () => conv2dTranspose(tensor([1, 2, 3, 4], [1, 2, 2, 1]), filters, { strides: 2, padding: 'valid' });
    const values = await on(here, make);
    expect(values).to.deep.equal(await on(reference, make));
    expect(values).to.include(Infinity).and.not.to.satisfy((all: number[]) => all.some(Number.isNaN));
  });

  it('says of each step whether it runs in WebAssembly', async () => {
    await setBackend(here);
    const patches = im2col(whole([1, 2, 2, 4], 2).cast('bool'), { window: 1 }).cast('float32');
    const text = String(await explain(matmul(whole([4, 4], 1), patches.reshape([4, 4]))));
    expect(text).to.include('tiles of 4x8').and.to.include('reference loops');
  });
});
