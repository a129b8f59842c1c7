import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { add, argMax, avgPool2d, col2im, compile, conv2d, cumsum, gather, matmul, max, maxPool2d, relu, reshape, setBackend, softmax, sum, tensor, type Tensor } from '@unfoldjs/core';
import { grad, valueAndGrad } from '@unfoldjs/core/autodiff';
import { wasm } from '@unfoldjs/backend-wasm';
import { expect } from 'chai';
import { replaceWorkers, restoreWorkers } from './support/replaced-workers.js';

const numbers = (seed: number, shape: readonly number[]): Tensor => {
  let state = seed;
  return tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => ((state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 0) / 2 ** 32 - 0.5), shape);
};

describe('threads of the WebAssembly backend', () => {
  it('do not change a bit of any result', async () => {
    const results: Float32Array[][] = [];
    for (const threads of [1, 2, 3]) {
      const backend = await wasm({ threads }).open();
      await setBackend(backend);
      expect(backend.device).to.include({ fallbackReason: null }).and.to.have.nested.property('details.threads', threads);
      const weights = [numbers(1, [3, 3, 8, 24]), numbers(2, [24]), numbers(3, [12 * 12 * 24, 10])] as const;
      const loss = ([filters, bias, dense]: Tensor[], x: Tensor): Tensor =>
        sum(softmax(matmul(reshape(maxPool2d(relu(add(conv2d(x, filters!, { padding: 'same' }), bias!)), { window: 2 }), [16, -1]), dense!)).square());
      const step = compile((params: Tensor[], x: Tensor) => valueAndGrad(loss)(params, x));
      const { value, gradient } = await step([...weights], numbers(4, [16, 24, 24, 8]));
      results.push((await Promise.all([value, ...(gradient as Tensor[])].map((each) => each.data()))) as Float32Array[]);
      await backend.dispose();
    }
    expect(results[1]).to.deep.equal(results[0]);
    expect(results[2]).to.deep.equal(results[0]);
  });

  it('do not change a bit of what is pooled, searched, or moved by index', async () => {
    const images = numbers(1, [8, 48, 48, 24]);
    const table = numbers(2, [600, 700]);
    const indices = tensor(Int32Array.from({ length: 3600 }, (_, i) => ((i * 7919) % 1300) - 650), [600, 6]);
    const filters = numbers(3, [3, 3, 12, 24]);
    const patches = numbers(4, [4, 46, 46, 9 * 24]);
    const all = (x: Tensor, rows: Tensor, at: Tensor, w: Tensor, parts: Tensor): Tensor[] => [
      avgPool2d(x, { window: 3, strides: 2, padding: 'same' }),
      grad((from: Tensor) => sum(avgPool2d(from, { window: 3, strides: 2, padding: 'same' }).square()))(x),
      grad((from: Tensor) => sum(conv2d(from, w, { groups: 2, strides: 2 }).square()))(x),
      grad((kernel: Tensor) => sum(conv2d(x, kernel, { groups: 2, strides: 2 }).square()))(w),
      col2im(parts, { window: 3, inputShape: [48, 48] }),
      argMax(rows, { axis: 0 }),
      cumsum(rows, { axis: 1 }),
      sum(x, { axes: [0, 3] }),
      max(x, { axes: [1, 3] }),
      softmax(rows, { axis: 0 }),
      gather(rows, at),
      grad((from: Tensor) => sum(gather(from, at).square()))(rows),
    ];
    const results: unknown[] = [];
    for (const threads of [1, 2, 3]) {
      const backend = await wasm({ threads }).open();
      await setBackend(backend);
      results.push(await Promise.all((await compile(all)(images, table, indices, filters, patches)).map((each) => each.data())));
      await backend.dispose();
    }
    expect(results[1]).to.deep.equal(results[0]);
    expect(results[2]).to.deep.equal(results[0]);
  });

  it('keep no process alive that forgets to dispose of the backend', async () => {
    const script = `
      import { matmul, ones, setBackend } from '@unfoldjs/core';
      import { wasm } from '@unfoldjs/backend-wasm';
      await setBackend(wasm({ threads: 2 }));
      const product = await matmul(ones([200, 200]), ones([200, 200])).data();
      console.log(product[0], product.length);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { cwd: import.meta.dirname, timeout: 20_000 });
    expect(stdout.trim()).to.equal('200 40000');
  });

  for (const [option, value] of [['threads', 0], ['threads', 1.5], ['threads', '2'], ['precision', 'double'], ['relaxedSimd', 1], ['simd', true]] as const) {
    it(`refuse ${option}: ${JSON.stringify(value)}`, () => {
      expect(() => wasm({ [option]: value } as never)).to.throw().with.property('code', 'INVALID_ARGUMENT');
    });
  }
});

describe('a worker of the WebAssembly backend', () => {
  afterEach(restoreWorkers);

  /** Another program for each: it knows the memory as `memory` and the words in it as `word`. */
  const replaceWith = (program: string): void =>
    replaceWorkers(() => `const { memory, word } = require('node:worker_threads').workerData; const control = new Int32Array(memory.buffer); ${program}`);

  /** Takes a chunk of a call, and then: */
  const taking = (then: string): string => `for (;;) {
    const turn = Atomics.load(control, word.turn);
    if ((turn & 0xffff) === 0 || Atomics.compareExchange(control, word.turn, turn, turn - 1) !== turn) continue;
    ${then}
  }`;

  /** Multiplies until a worker has had a part in it: at most for two seconds. */
  async function multiplyUntilRefused(): Promise<unknown> {
    const [a, b] = [numbers(1, [512, 512]), numbers(2, [512, 512])];
    for (const end = Date.now() + 2000; Date.now() < end; ) {
      try {
        await matmul(a, b).data();
      } catch (error) {
        return error;
      }
    }
    return null;
  }

  it('that fails makes the run fail, and the backend stays usable', async () => {
    replaceWith(taking('Atomics.add(control, word.faults, 1); Atomics.add(control, word.done, 1); while (true) Atomics.wait(control, word.argCount, control[word.argCount]);'));
    const backend = await wasm({ threads: 2 }).open();
    await setBackend(backend);
    expect(await multiplyUntilRefused()).to.be.an('error').with.property('code', 'BACKEND_FAILED');
    expect(Array.from(await matmul([[1, 2]], [[3], [4]]).data())).to.deep.equal([11]);
    await backend.dispose();
  });

  it('that does not answer makes the run fail, instead of waiting for ever', async () => {
    replaceWith(taking('for (;;);'));
    const backend = await wasm({ threads: 2 }).open();
    await setBackend(backend);
    const error = await multiplyUntilRefused();
    expect(error).to.be.an('error').with.property('code', 'BACKEND_FAILED');
    expect(String(error)).to.include('has not answered for 5 s');
    expect(await matmul(numbers(1, [512, 512]), numbers(2, [512, 512])).data()).to.have.length(512 * 512);
    expect(backend.device).to.have.nested.property('details.threads', 1);
    await backend.dispose();
  }).timeout(30_000);

  it('that is lost is a reason of the device, and its work is done elsewhere', async () => {
    replaceWith('process.exit(3);');
    const backend = await wasm({ threads: 2 }).open();
    await setBackend(backend);
    await matmul(numbers(1, [512, 512]), numbers(2, [512, 512])).data();
    for (const end = Date.now() + 5000; backend.device.fallbackReason === null && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(backend.device.fallbackReason).to.include('a worker thread is gone');
    expect(await matmul(numbers(1, [512, 512]), numbers(2, [512, 512])).data()).to.have.length(512 * 512);
    await backend.dispose();
  });
});
