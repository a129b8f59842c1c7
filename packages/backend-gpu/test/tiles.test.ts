import { conv2d, relu, setBackend, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { gpu } from '@unfoldjs/backend-gpu';
import { expect } from 'chai';
import { describeModes } from './open.js';
import { takenOf } from './support/special-forms.js';

await describeModes('several results a thread in mode', ['webgpu', 'webasm'], (mode) => {
  let backend: Backend;
  before(async () => (backend = await gpu({ mode }).open()));
  after(() => backend.dispose());

  it('are those of the reference: convolutions of any window, stride, dilation and padding, bit for bit', async () => {
    expect(await takenOf('convolutions', backend, 60)).to.be.above(20);
  });

  it('are those of the reference: products of any size, transposed or not, of batches, bit for bit', async () => {
    expect(await takenOf('products', backend, 120)).to.be.above(20);
  });

  it('are left out where nobody wants them', async () => {
    const single = await gpu({ mode, without: ['tiles'] }).open();
    try {
      expect(single.device.details['without']).to.equal('tiles');
      expect(await takenOf('convolutions', single, 20)).to.equal(0);
      expect(await takenOf('products', single, 20)).to.equal(0);
    } finally {
      await single.dispose();
    }
  });

  it('keep NaN that meets an activation, and zeros around an image meet infinite filters', async () => {
    const x = tensor(new Float32Array(16 * 16 * 4).fill(1), [1, 16, 16, 4]);
    const filters = tensor(Float32Array.from({ length: 9 * 4 * 8 }, (_, i) => (i % 8 === 1 ? Infinity : i % 8 === 2 ? NaN : 1)), [3, 3, 4, 8]);
    const layer = (): Tensor => relu(conv2d(x, filters, { padding: 'same' }));
    await setBackend(cpu());
    const expected = await layer().data();
    await setBackend(backend);
    expect(await layer().data()).to.deep.equal(expected);
  });
});
