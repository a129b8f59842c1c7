import { conv2d, depthwiseConv2d, randomUniform, relu, setBackend, sum, type Backend, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { explain } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { expect } from 'chai';

/** Whole numbers, so that every order of summation gives the same bits. */
const whole = (shape: readonly number[], seed: number): Tensor => randomUniform(shape, { seed, min: -3, max: 4, dtype: 'int32' }).cast('float32');

describe('convolutions in groups in WebAssembly', () => {
  let [here, reference] = [null!, null!] as [Backend, Backend];
  before(async () => {
    [here, reference] = await Promise.all([wasm().open(), cpu().open()]);
  });
  after(() => Promise.all([here.dispose(), reference.dispose()]));

  for (const { shape, filters: filterShape, options } of [
    { shape: [2, 9, 11, 8], filters: [3, 3, 4, 6], options: { groups: 2, padding: 'same' } },
    { shape: [1, 12, 10, 6], filters: [3, 5, 2, 27], options: { groups: 3, strides: 2 } },
    { shape: [2, 14, 13, 15], filters: [3, 2, 3, 10], options: { groups: 5, padding: 'same', strides: [1, 2], dilations: 2 } },
    { shape: [3, 7, 8, 4], filters: [1, 1, 2, 2], options: { groups: 2, padding: [[1, 0], [0, 2]], strides: [2, 3] } },
  ] as const) {
    const [x, filters] = [whole(shape, 1), whole(filterShape, 2)];
    const convolve = (image: Tensor, kernel: Tensor): Tensor => conv2d(image, kernel, options as Parameters<typeof conv2d>[2]);
    const functions = {
      result: () => relu(convolve(x, filters).add(whole([filterShape[3]], 3))),
      'gradient of the images': () => relu(grad((image: Tensor) => sum(convolve(image, filters).square()))(x)),
      'gradient of the filters': () => grad((kernel: Tensor) => sum(convolve(x, kernel).square()))(filters).mul(2),
    };
    for (const [what, make] of Object.entries(functions)) {
      it(`give the exact ${what} for ${shape.join('x')}, filters ${filterShape.join('x')}, ${JSON.stringify(options)}`, async () => {
        await setBackend(reference);
        const expected = Array.from(await make().data());
        await setBackend(here);
        expect(String(await explain(make()))).to.include('groups').and.not.to.match(/conv\w*Matmul.*\| reference loops/);
        expect(Array.from(await make().data())).to.deep.equal(expected);
      });
    }
  }

  it('give the gradients of depthwise convolutions with several outputs a channel', async () => {
    const [x, filters] = [whole([2, 9, 8, 5], 1), whole([3, 3, 5, 3], 2)];
    const make = (): Tensor[] => {
      const loss = (image: Tensor, kernel: Tensor): Tensor => sum(depthwiseConv2d(image, kernel, { strides: 2, padding: 'same' }).square());
      return [grad((image: Tensor) => loss(image, filters))(x), grad((kernel: Tensor) => loss(x, kernel))(filters)];
    };
    const run = (): Promise<number[][]> => Promise.all(make().map(async (each) => Array.from(await each.data())));
    await setBackend(reference);
    const expected = await run();
    await setBackend(here);
    for (const each of make()) expect(String(await explain(each))).not.to.match(/\| reference loops/);
    expect(await run()).to.deep.equal(expected);
  });

  it('multiply no infinite filter with the zeros between the places of their gradient', async () => {
    const make = (): Tensor => grad((image: Tensor) => sum(conv2d(image, whole([3, 3, 2, 4], 2).add(Infinity), { groups: 2, strides: 2 })))(whole([1, 8, 8, 4], 1));
    await setBackend(reference);
    const expected = Array.from(await make().data());
    await setBackend(here);
    expect(Array.from(await make().data())).to.deep.equal(expected);
  });
});
