import { add, avgPool2d, conv2d, depthwiseConv2d, maxPool2d, randomUniform, relu, setBackend, sum, type Backend, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { explain } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { expect } from 'chai';

/** Whole numbers, so that every order of summation gives the same bits. */
const whole = (shape: readonly number[], seed: number): Tensor => randomUniform(shape, { seed, min: -2, max: 3, dtype: 'int32' }).cast('float32');

const x = whole([2, 11, 13, 10], 1);
const layer = (input: Tensor, outputs: number, seed: number, options: object = { padding: 'same' }): Tensor =>
  relu(add(conv2d(input, whole([3, 3, input.shape[3]!, outputs], seed), options), whole([outputs], seed + 1)));

const chains: Readonly<Record<string, { readonly make: () => Tensor; readonly framed: number }>> = {
  'a convolution behind a convolution': { make: () => layer(layer(x, 12, 2), 9, 4), framed: 1 },
  'three of them, with other windows and strides': {
    make: () => layer(conv2d(layer(x, 12, 2), whole([5, 1, 12, 11], 6), { padding: 'same', strides: [2, 1] }), 10, 4, { padding: 'same', dilations: 2 }),
    framed: 2,
  },
  'pooling between convolutions': { make: () => layer(maxPool2d(layer(x, 12, 2), { window: 2 }), 9, 4), framed: 1 },
  'padded pooling between convolutions': { make: () => layer(maxPool2d(layer(x, 12, 2), { window: 3, strides: 2, padding: 'same' }), 9, 4), framed: 1 },
  'averages between convolutions': { make: () => layer(avgPool2d(layer(x, 12, 2), { window: 2 }), 9, 4), framed: 1 },
  'a depthwise convolution between others': { make: () => layer(depthwiseConv2d(layer(x, 12, 2), whole([3, 3, 12, 1], 8), { padding: 'same' }), 9, 4), framed: 2 },
  'two readers with different frames': {
    make: () => {
      const shared = layer(x, 12, 2);
      return add(layer(shared, 9, 4), conv2d(shared, whole([5, 5, 12, 9], 6), { padding: 'same' }));
    },
    framed: 1,
  },
  'a residual sum, which reads dense arrays': {
    make: () => {
      const first = layer(x, 10, 2);
      return relu(add(conv2d(layer(first, 10, 4), whole([3, 3, 10, 10], 6), { padding: 'same' }), first));
    },
    framed: 1,
  },
};

describe('arrays with room for the next convolution', () => {
  let [exact, fast, reference] = [null!, null!, null!] as [Backend, Backend, Backend];
  before(async () => {
    [exact, fast, reference] = await Promise.all([wasm({ precision: 'exact' }).open(), wasm().open(), cpu().open()]);
  });
  after(() => Promise.all([exact.dispose(), fast.dispose(), reference.dispose()]));

  for (const [what, { make, framed }] of Object.entries(chains)) {
    it(`are written where they are read: ${what}`, async () => {
      await setBackend(reference);
      const expected = Array.from(await make().data());
      await setBackend(exact);
      expect(String(await explain(make())).match(/padded array of the next convolution/g) ?? []).to.have.length(framed);
      for (let run = 0; run < 2; run++) expect(Array.from(await make().data())).to.deep.equal(expected);
      await setBackend(fast);
      const near = Array.from(await make().data());
      const largest = Math.max(...expected.map(Math.abs));
      near.forEach((value, i) => expect(Math.abs(value - expected[i]!), `element ${i}`).to.be.at.most(1e-4 * largest));
    });
  }

  it('serve training as well: images are read by their convolution and by the gradient of its filters', async () => {
    const filters = whole([3, 3, 12, 9], 4);
    const make = (): Tensor => grad((w: Tensor) => sum(conv2d(layer(x, 12, 2), w, { padding: 'same' }).square()))(filters);
    await setBackend(reference);
    const expected = Array.from(await make().data());
    await setBackend(exact);
    expect(Array.from(await make().data())).to.deep.equal(expected);
  });
});
