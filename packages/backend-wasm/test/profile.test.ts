import { add, conv2d, gather, im2col, matmul, maxPool2d, relu, reshape, setBackend, sum, tensor, type Tensor } from '@unfoldjs/core';
import { explain, profile } from '@unfoldjs/core/explain';
import { wasm } from '@unfoldjs/backend-wasm';
import { expect } from 'chai';

const data = (seed: number, ...shape: number[]): Tensor => tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => ((i * 7 + seed) % 9) - 4), shape);

/** Steps in WebAssembly, between them one that only reference loops run (patches of bool), and filters that are kept in another form. */
function network(): Tensor {
  const features = maxPool2d(relu(add(conv2d(data(1, 2, 24, 24, 8), data(2, 3, 3, 8, 16), { padding: 'same' }), data(3, 16))), { window: 2 });
  const rows = matmul(reshape(features, [2, -1]), data(4, 12 * 12 * 16, 10));
  const patches = sum(im2col(data(5, 2, 4, 4, 1).greater(0), { window: 2 }).cast('float32'), { axes: [1, 2, 3] });
  return gather(add(rows, reshape(patches, [2, 1])), tensor(Int32Array.of(1, 0, 1)));
}

describe('the profile of a program in WebAssembly', () => {
  const ways = [
    { threads: 1, worker: false, how: 'each step by itself, in the thread that calls' },
    { threads: 2, worker: false, how: 'each step by itself, large ones shared by up to 2 threads, in the thread that calls' },
    { threads: 1, worker: true, how: 'each step by itself, with the message to the worker and its answer' },
    // So little work is not sent to a worker by a thread that sees the memory.
    { threads: 2, worker: true, how: 'each step by itself, large ones shared by up to 2 threads, in the thread that calls' },
  ] as const;
  for (const { threads, worker, how } of ways) {
    it(`has the time of each step, with the results of a usual run: ${threads} thread${threads > 1 ? 's' : ''}${worker ? ', in a worker' : ''}`, async () => {
      const backend = await wasm({ threads, worker }).open();
      try {
        await setBackend(backend);
        const [expected, y] = [await network().data(), network()];
        const { steps, programs } = await profile(() => y);
        expect(await y.data()).to.deep.equal(expected);
        expect(programs).to.have.length(1);
        expect(programs[0]).to.include({ measured: 'steps', how });
        const explained = await explain(network());
        expect(steps.map(({ call, kernel }) => [call, kernel])).to.deep.equal(explained.steps.map(({ call, kernel }) => [call, kernel.kernel]));
        expect(steps.map(({ kernel }) => kernel)).to.include('reference loops');
        for (const { milliseconds } of steps) expect(milliseconds).to.be.a('number').and.to.be.at.least(0);
        const inSteps = steps.reduce((total, { milliseconds }) => total + milliseconds!, 0);
        expect(inSteps).to.be.above(0).and.to.be.at.most(programs[0]!.milliseconds);
      } finally {
        await backend.dispose();
      }
    });
  }
});
