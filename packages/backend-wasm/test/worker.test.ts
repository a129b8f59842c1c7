import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { add, compile, conv2d, matmul, setBackend, sum, tensor, type Tensor } from '@unfoldjs/core';
import { wasm } from '@unfoldjs/backend-wasm';
import { expect } from 'chai';
import fc from 'fast-check';
import { replaceWorkers, restoreWorkers } from './support/replaced-workers.js';

const filled = (value: number, shape: readonly number[]): Tensor => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value), shape);

/** A program of 270 million multiplications, and what each element of its result is. */
const large = { of: (x: Tensor): Tensor => matmul(x, x), input: (): Tensor => filled(0.5, [648, 648]), element: 162 };

for (const threads of [1, 2]) {
  describe(`programs in a worker, ${threads} threads`, () => {
    it('leave the thread that asks free to do other things meanwhile', async () => {
      const backend = await wasm({ worker: true, threads }).open();
      await setBackend(backend);
      expect(backend.device).to.have.nested.property('details.runsIn', 'a worker');
      const run = compile(large.of);
      const x = await large.input().to(backend);
      await run(x);
      const order: string[] = [];
      const result = run(x).then((value) => (order.push('result'), value));
      await new Promise((resolve) => setImmediate(resolve));
      order.push('something else');
      expect((await (await result).data()).every((value) => value === large.element)).to.equal(true);
      expect(order).to.deep.equal(['something else', 'result']);
      await backend.dispose();
    });

    it('run in the order in which they were asked for, little ones and large ones', async () => {
      const backend = await wasm({ worker: true, threads }).open();
      await setBackend(backend);
      const programs = [compile(large.of), compile((x: Tensor) => add(x, 1)), compile((x: Tensor) => sum(x))] as const;
      const inputs = [large.input(), filled(3, [50]), filled(1, [300, 300])] as const;
      const expected = [large.element, 4, 90_000];
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 2, maxLength: 6 }), async (picks) => {
          const results = await Promise.all(picks.map((pick) => programs[pick]!(inputs[pick]!)));
          const values = await Promise.all(results.map((each) => each.data()));
          values.forEach((value, i) => expect(value.every((element) => element === expected[picks[i]!])).to.equal(true));
          for (const result of results) result.dispose();
        }),
        { seed: 5, numRuns: 20 },
      );
      await backend.dispose();
    });

    it('that are freed while they run free their memory afterwards', async () => {
      const backend = await wasm({ worker: true, threads }).open();
      await setBackend(backend);
      const before = backend.memory().live;
      const run = compile((x: Tensor) => conv2d(x, filled(1, [3, 3, 16, 16]), { padding: 'same' }).slice([0, 10, 10, 0], [1, 1, 1, 1]));
      const x = await filled(1, [1, 100, 100, 16]).to(backend);
      (await run(x)).dispose();
      const result = run(x);
      await new Promise((resolve) => setImmediate(resolve));
      run.dispose();
      x.dispose();
      expect(Array.from(await (await result).data())).to.deep.equal([144]);
      (await result).dispose();
      await new Promise((resolve) => setTimeout(resolve));
      expect(backend.memory().live).to.equal(before);
      await backend.dispose();
    });

    it('can be stopped by a signal, and the backend stays usable', async () => {
      const backend = await wasm({ worker: true, threads }).open();
      await setBackend(backend);
      const run = compile((x: Tensor) => matmul(matmul(matmul(x, x), x), x));
      const x = filled(1, [500, 500]);
      (await run(x)).dispose();
      const controller = new AbortController();
      const stopped = run.withSignal(controller.signal)(x).then(
        () => 'not stopped',
        (error: { code: string }) => error.code,
      );
      await new Promise((resolve) => setTimeout(resolve));
      controller.abort();
      expect(await stopped).to.equal('ABORTED');
      expect((await (await run(x)).data())[0]).to.equal(500 ** 3);
      await backend.dispose();
    });
  });
}

describe('the worker that runs programs', () => {
  afterEach(restoreWorkers);

  /** Another program for it, where `handle` is what the right one does with a message. */
  const replaceWorker = (program: string): void =>
    replaceWorkers((code, name) => (name === 'unfold wasm programs' ? code.replace("parentPort.on('message', handle)", program) : code));

  it('keeps the process alive for a run, and not after it', async () => {
    const script = `
      import { matmul, ones, setBackend } from '@unfoldjs/core';
      import { wasm } from '@unfoldjs/backend-wasm';
      await setBackend(wasm({ worker: true }));
      const product = await matmul(ones([300, 300]), ones([300, 300])).data();
      console.log(product[0], product.length);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { cwd: import.meta.dirname, timeout: 20_000 });
    expect(stdout.trim()).to.equal('300 90000');
  });

  for (const threads of [1, 2]) {
    it(`that is lost fails the run under way and all later ones, with the reason, ${threads} threads`, async () => {
      replaceWorker("parentPort.on('message', (request) => (request.act === 'run' ? process.exit(3) : handle(request)))");
      const backend = await wasm({ worker: true, threads }).open();
      await setBackend(backend);
      const run = compile(large.of);
      for (let i = 0; i < 2; i++) {
        const error = await run(large.input()).catch((fault: unknown) => fault);
        expect(error).to.be.an('error').with.property('code', 'BACKEND_FAILED');
        expect(String(error)).to.include('the worker that runs programs is gone: it ended');
      }
      expect(backend.device.fallbackReason).to.include('is gone');
      await backend.dispose();
    });
  }

  it('that never begins leaves programs in the thread that calls, and the device says so', async () => {
    replaceWorker('process.exit(3)');
    const backend = await wasm({ worker: true, threads: 1 }).open();
    await setBackend(backend);
    expect(backend.device.fallbackReason).to.include('programs run in the thread that calls: the worker that runs programs is gone');
    expect(backend.device).to.have.nested.property('details.runsIn', 'the thread that calls');
    expect((await large.of(large.input()).data())[0]).to.equal(large.element);
    await backend.dispose();
  });

  it('whose memory cannot grow makes a typed error, and what was there stays', async () => {
    replaceWorker(`
      WebAssembly.Memory.prototype.grow = function () { throw new RangeError('no more'); };
      parentPort.on('message', handle);`);
    const backend = await wasm({ worker: true, threads: 1 }).open();
    await setBackend(backend);
    const small = await tensor([1, 2, 3]).to(backend);
    const error = await filled(1, [100_000]).to(backend).catch((fault: unknown) => fault);
    expect(error).to.be.an('error').with.property('code', 'OUT_OF_MEMORY');
    expect(Array.from(await add(small, 1).data())).to.deep.equal([2, 3, 4]);
    await backend.dispose();
  });

  it('is refused as an option of another kind', () => {
    expect(() => wasm({ worker: 'yes' } as never)).to.throw().with.property('code', 'INVALID_ARGUMENT');
  });
});
