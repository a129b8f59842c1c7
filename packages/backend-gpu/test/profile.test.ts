import { conv2d, maxPool2d, relu, setBackend, tensor, type Backend, type Executable, type Tensor } from '@unfoldjs/core';
import { profile } from '@unfoldjs/core/explain';
import { provideWebGpu } from '@unfoldjs/test-support/webgpu';
import { expect } from 'chai';
import { describeModes, withGpu } from './open.js';

const data = (...shape: number[]): Tensor => tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (i % 7) - 3), shape);
const network = (): Tensor => maxPool2d(relu(conv2d(data(1, 8, 8, 2), data(3, 3, 2, 4))), { window: 2 }).sum({ axes: [1, 2] });

await provideWebGpu();
await describeModes('profile in mode', ['webasm', 'cpu', 'webgpu'], (mode) => {
  it('times each step where it can wait for the device, else the program as a whole', async () => {
    await withGpu({ mode }, async (backend) => {
      await setBackend(backend);
      const [expected, y] = [await network().data(), network()];
      const { programs } = await profile(() => y);
      expect(await y.data()).to.deep.equal(expected);
      const [program] = programs;
      expect(program!.milliseconds).to.be.above(0);
      const times = program!.steps.map(({ milliseconds }) => milliseconds);
      if (mode === 'webgpu') {
        expect(program).to.include({ measured: 'steps' });
        expect(program!.how).to.contain('until the device is done');
        for (const time of times) expect(time).to.be.above(0);
      } else {
        expect(program).to.include({ measured: 'program' });
        expect(times).to.deep.equal(times.map(() => null));
      }
    });
  });

  it('has the source of the kernels of each step', async () => {
    await withGpu({ mode }, async (opened) => {
      let last: Executable | null = null;
      const backend: Backend = { ...opened, compile: async (program) => (last = await opened.compile(program)) };
      await setBackend(backend);
      await network().data();
      const sources = last!.sources!();
      expect(sources).to.have.length(last!.describe().length);
      for (const source of sources) expect(source).to.match(/function/);
    });
  });
});
