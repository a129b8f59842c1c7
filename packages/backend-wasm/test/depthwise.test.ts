import { depthwiseConv2d, randomUniform, relu, setBackend, sum, type Backend, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { explain } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { expect } from 'chai';

/** Whole numbers, so that every order of summation gives the same bits. */
const whole = (shape: readonly number[], seed: number): Tensor => randomUniform(shape, { seed, min: -3, max: 4, dtype: 'int32' }).cast('float32');

describe('depthwise convolutions in WebAssembly', () => {
  let [here, reference] = [null!, null!] as [Backend, Backend];
  before(async () => {
    [here, reference] = await Promise.all([wasm().open(), cpu().open()]);
  });
  after(() => Promise.all([here.dispose(), reference.dispose()]));

  for (const { shape, window, options } of [
    { shape: [2, 9, 11, 8], window: [3, 3], options: { padding: 'same' } },
    { shape: [1, 12, 10, 6], window: [3, 5], options: { padding: 'valid', strides: 2 } },
    { shape: [2, 14, 13, 5], window: [3, 3], options: { padding: 'same', dilations: 2 } },
    { shape: [3, 7, 8, 3], window: [2, 2], options: { padding: [[1, 0], [0, 2]], strides: [2, 3] } },
  ] as const) {
    const [x, filters] = [whole(shape, 1), whole([...window, shape[3], 1], 2)];
    const convolve = (image: Tensor, kernel: Tensor): Tensor => depthwiseConv2d(image, kernel, options as Parameters<typeof depthwiseConv2d>[2]);
    const functions = {
      result: () => relu(convolve(x, filters).add(whole([shape[3]], 3))),
      'gradient of the images': () => grad((image: Tensor) => sum(convolve(image, filters).mul(2)))(x),
      'gradient of the filters': () => grad((kernel: Tensor) => sum(convolve(x, kernel).square()))(filters),
    };
    for (const [what, make] of Object.entries(functions)) {
      it(`give the exact ${what} for ${shape.join('x')}, window ${window.join('x')}, ${JSON.stringify(options)}`, async () => {
        await setBackend(reference);
        const expected = Array.from(await make().data());
        await setBackend(here);
        expect(String(await explain(make()))).to.include('depthwise').and.not.to.match(/conv\w*Matmul.*reference loops/);
        expect(Array.from(await make().data())).to.deep.equal(expected);
      });
    }
  }
});
