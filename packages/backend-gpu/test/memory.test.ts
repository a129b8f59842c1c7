import { compile, conv2d, evaluate, relu, setBackend, tensor, tidy, type Backend, type Executable, type StepInfo, type Tensor } from '@unfoldjs/core';
import { expect } from 'chai';
import { hostModes, withGpu } from './open.js';

const image = Float32Array.from({ length: 56 * 56 * 64 }, (_, i) => ((i * 7) % 9) - 4);
const weights = Float32Array.from({ length: 9 * 64 * 64 }, (_, i) => ((i * 5) % 9) - 4);
const operandBytes = (image.length + weights.length + image.length) * 4;
const patchBytes = 56 * 56 * 9 * 64 * 4;

/** A backend whose programs tell what they became. */
function describing(backend: Backend): { backend: Backend; steps: () => readonly StepInfo[] } {
  let last: Executable | null = null;
  return {
    backend: { ...backend, compile: async (program) => (last = await backend.compile(program)) },
    steps: () => last!.describe(),
  };
}

for (const mode of hostModes) {
  describe(`memory in mode ${mode}`, () => {
    it('a convolution never builds its patches', async () => {
      await withGpu({ mode }, async (opened) => {
        const { backend, steps } = describing(opened);
        await setBackend(backend);
        const x = tensor(image, [1, 56, 56, 64]);
        const filters = tensor(weights, [3, 3, 64, 64]);
        const y = relu(conv2d(x, filters, { padding: 'same' }));
        await evaluate(y);
        expect(steps().map(({ op }) => op)).to.deep.equal(['convMatmul']);
        expect(steps()[0]!.scratchBytes).to.equal(0);
        expect(steps()[0]!.ranOn).to.include(mode);
        // In webasm everything is there twice, in our buffers and in the memory of the pipeline, and nothing else is.
        const { peak } = backend.memory();
        expect(peak).to.be.at.most(mode === 'webasm' ? 2 * operandBytes : operandBytes);
        expect(peak).to.be.below(patchBytes);
        y.dispose();
      });
    });

    it('a compiled convolution, its filters constant, stays under twice its operands', async () => {
      await withGpu({ mode }, async (backend) => {
        await setBackend(backend);
        const filters = tensor(weights, [3, 3, 64, 64]);
        const layer = compile((x: Tensor) => relu(conv2d(x, filters, { padding: 'same' })));
        const y = await layer(tensor(image, [1, 56, 56, 64]));
        expect(backend.memory().peak).to.be.below(2 * operandBytes);
        y.dispose();
        layer.dispose();
      });
    });

    it('500 runs and 60 programs leave nothing behind', async () => {
      await withGpu({ mode }, async (backend) => {
        await setBackend(backend);
        const sumOf = (values: number[] | Float32Array) =>
          tidy(async (own) => {
            const total = own(own(tensor(values)).mul(2).sum());
            await evaluate(total);
            return total.item();
          });
        for (let i = 0; i < 500; i++) expect(await sumOf([i, 1])).to.equal(2 * i + 2);
        const { live } = backend.memory();
        for (let i = 0; i < 500; i++) await sumOf([i, 1]);
        expect(backend.memory().live).to.equal(live);
        for (let i = 1; i <= 60; i++) expect(await sumOf(new Float32Array(i).fill(1))).to.equal(2 * i);
        expect(backend.memory().buffers).to.equal(0);
      });
    });
  });
}
