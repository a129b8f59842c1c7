import { compile, conv2d, evaluate, relu, setBackend, tensor, type Backend, type Executable, type StepInfo, type Tensor } from '@unfoldjs/core';
import type { GpuMode } from '@unfoldjs/backend-gpu';
import { provideWebGpu } from '@unfoldjs/test-support/webgpu';
import { expect } from 'chai';
import { describeModes, withGpu } from './open.js';
import { watchDevices } from './support/devices.js';
import { compiledCode, expectNoGrowth, mostOfProgram } from './support/expect-no-growth.js';
import { manyPrograms, settled, training } from './support/growth.js';

const image = Float32Array.from({ length: 56 * 56 * 64 }, (_, i) => ((i * 7) % 9) - 4);
const weights = Float32Array.from({ length: 9 * 64 * 64 }, (_, i) => ((i * 5) % 9) - 4);
const operandBytes = (image.length + weights.length + image.length) * 4;
const patchBytes = 56 * 56 * 9 * 64 * 4;
/** What mode webasm makes beside them: the image with a border of zeros, the filters by fours, and the results by fours. */
const rowBytes = (58 * 58 * 64 + weights.length + image.length) * 4;
/** In webasm everything is there twice, in our buffers and in the memory of the pipeline, and what it makes beside them once. */
const mostBytes = (mode: GpuMode): number => (mode === 'webasm' ? 2 * operandBytes + rowBytes : operandBytes);

/** A backend whose programs tell what they became. */
function describing(backend: Backend): { backend: Backend; steps: () => readonly StepInfo[] } {
  let last: Executable | null = null;
  return {
    backend: { ...backend, compile: async (program) => (last = await backend.compile(program)) },
    steps: () => last!.describe(),
  };
}

const isLong = process.env['UNFOLD_LONG'] === '1';
const [programs, steps] = isLong ? [2000, 2000] : [60, 100];

await provideWebGpu();
watchDevices();
await describeModes('memory in mode', ['webasm', 'cpu', 'webgpu'], (mode) => {
  it('a convolution never builds its patches', async () => {
    await withGpu({ mode }, async (opened) => {
      const { backend, steps } = describing(opened);
      await setBackend(backend);
      const x = tensor(image, [1, 56, 56, 64]);
      const filters = tensor(weights, [3, 3, 64, 64]);
      const y = relu(conv2d(x, filters, { padding: 'same' }));
      await evaluate(y);
      expect(steps().map(({ op }) => op)).to.deep.equal(['convMatmul']);
      expect(steps()[0]!.scratchBytes).to.equal(mode === 'webasm' ? rowBytes : 0);
      expect(steps()[0]!.ranOn).to.include(mode);
      const { peak } = backend.memory();
      expect(peak).to.be.at.most(mostBytes(mode));
      expect(peak).to.be.below(patchBytes);
      y.dispose();
    });
  });

  it('a compiled convolution, its filters constant, holds no more', async () => {
    await withGpu({ mode }, async (backend) => {
      await setBackend(backend);
      const filters = tensor(weights, [3, 3, 64, 64]);
      const layer = compile((x: Tensor) => relu(conv2d(x, filters, { padding: 'same' })));
      const y = await layer(tensor(image, [1, 56, 56, 64]));
      expect(backend.memory().peak).to.be.at.most(Math.max(2 * operandBytes, mostBytes(mode)));
      y.dispose();
      layer.dispose();
    });
  });

  it(`1000 runs and ${programs} programs leave nothing behind`, async () => {
    await withGpu({ mode }, async (backend) => {
      await setBackend(backend);
      const held = await manyPrograms(backend, 1000, programs, settled(() => process.memoryUsage().heapUsed));
      for (const [half, all] of [held.runs, held.programs]) expectNoGrowth(half, all);
      expect(held.heapGrowth).to.be.below(compiledCode + (programs / 2) * mostOfProgram);
      expect(held.programs[1].buffers).to.equal(0);
    });
  });

  it(`${steps} steps of training leave nothing behind, and the heap is flat`, async () => {
    await withGpu({ mode }, async (backend) => {
      await setBackend(backend);
      const grown = await training(backend, steps, settled(() => process.memoryUsage().heapUsed));
      expect(grown.programs).to.equal(1);
      expectNoGrowth(grown.before, grown.after);
      expect(grown.heapGrowth).to.be.below(compiledCode);
    });
  });
});
