import { compile, conv2d, evaluate, matmul, mean, mul, relu, reshape, setBackend, square, sub, tensor, tidy, type Backend, type Executable, type StepInfo, type Tensor } from '@unfoldjs/core';
import { valueAndGrad } from '@unfoldjs/core/autodiff';
import { expect } from 'chai';
import { describeModes, withGpu } from './open.js';

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

/** Bytes on the heap; what is found to be garbage is taken away in later turns of the event loop only. */
async function settledHeap(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return process.memoryUsage().heapUsed;
}

const isLong = process.env['UNFOLD_LONG'] === '1';
const [programs, steps] = isLong ? [2000, 2000] : [60, 100];

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

  it(`500 runs and ${programs} programs leave nothing behind`, async () => {
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
      for (let i = 1; i <= programs; i++) expect(await sumOf(new Float32Array(i).fill(1))).to.equal(2 * i);
      expect(backend.memory().buffers).to.equal(0);
    });
  });

  it(`${steps} steps of training leave nothing behind, and the heap is flat`, async () => {
    await withGpu({ mode }, async (backend) => {
      await setBackend(backend);
      const inputs = tensor(Float32Array.from({ length: 8 * 36 }, (_, i) => (i % 7) - 3), [8, 6, 6, 1]);
      const loss = ([filters, dense]: Tensor[]): Tensor => mean(square(matmul(reshape(relu(conv2d(inputs, filters!, { padding: 'valid' })), [8, 64]), dense!)));
      const step = compile(
        (params: Tensor[]) => {
          const { value, gradient } = valueAndGrad(loss)(params);
          return { value, params: params.map((param, i) => sub(param, mul((gradient as Tensor[])[i]!, 0.001))) };
        },
        undefined,
        { donate: [0] },
      );
      let params = [tensor(new Float32Array(36).fill(0.1), [3, 3, 1, 4]), tensor(new Float32Array(192).fill(0.1), [64, 3])];
      const train = async (count: number): Promise<void> => {
        for (let i = 0; i < count; i++) {
          const { value, params: next } = await step(params);
          params = next;
          value.dispose();
        }
      };
      await train(steps / 10);
      const { live, buffers } = backend.memory();
      const heap = await settledHeap();
      await train(steps);
      expect(step.programCount()).to.equal(1);
      expect(backend.memory()).to.include({ live, buffers });
      // Code that is compiled meanwhile is on the heap as well: half a megabyte, whatever the number of steps.
      expect((await settledHeap()) - heap).to.be.below(500_000);
    });
  });
});
