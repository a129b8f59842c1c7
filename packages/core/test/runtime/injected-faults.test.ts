import { expect } from 'chai';
import fc from 'fast-check';
import { compile, conv2d, evaluate, liveMemory, setBackend, tensor, UnfoldError, unfoldError, type Backend, type Executable, type Tensor } from '@unfoldjs/core';
import { kernelBackend, referenceKernels } from '@unfoldjs/core/reference';

const methods = ['supports', 'upload', 'compile', 'run', 'read', 'free', 'executable.dispose'] as const;
const kinds = ['throws', 'rejects', 'throws a text', 'runs out of memory', 'loses its device', 'hangs'] as const;
type Method = (typeof methods)[number];
type Kind = (typeof kinds)[number];

/** Where a fault strikes: at the `nth` call of a method from the moment it is armed. */
interface Plan {
  readonly method: Method;
  readonly kind: Kind;
  readonly nth: number;
}

const deadlineMs = 25;
const isSync = (method: Method): boolean => method === 'supports' || method === 'free' || method === 'executable.dispose';

/** A healthy backend that fails once, as planned. */
function faulty(plan: Plan): { backend: Backend; arm: () => void; struck: () => boolean } {
  const healthy = kernelBackend({ name: 'faulty', kernels: referenceKernels });
  let left = Infinity;
  let struck = false;
  const strike = (): unknown => {
    struck = true;
    switch (plan.kind) {
      case 'throws':
      case 'rejects':
        throw new Error('it broke');
      case 'throws a text':
        throw 'only a text';
      case 'runs out of memory':
        throw new RangeError('Array buffer allocation failed');
      case 'loses its device':
        throw unfoldError({ code: 'DEVICE_LOST', op: plan.method, problem: 'the device was lost.', fix: 'choose another.' });
      case 'hangs':
        return new Promise(() => {});
    }
  };
  const meets = (method: Method): boolean => method === plan.method && --left === 0;
  const at = <T>(method: Method, work: () => Promise<T>): Promise<T> => {
    if (!meets(method)) return work();
    if (plan.kind === 'rejects' || plan.kind === 'hangs') return (async () => strike() as T)();
    return strike() as Promise<T>;
  };
  const atSync = <T>(method: Method, work: () => T): T => (meets(method) ? (strike() as T) : work());
  const backend: Backend = {
    ...healthy,
    supports: (call) => atSync('supports', () => healthy.supports(call)),
    upload: (data, type) => at('upload', () => healthy.upload(data, type)),
    read: (buffer) => at('read', () => healthy.read(buffer)),
    free: (buffer) => atSync('free', () => healthy.free(buffer)),
    compile: (program) =>
      at('compile', async () => {
        const executable = await healthy.compile(program);
        const run: Executable['run'] = (inputs, options) => at('run', () => executable.run(inputs, options));
        return { ...executable, run, dispose: () => atSync('executable.dispose', () => executable.dispose()) };
      }),
  };
  return { backend, arm: () => (left = plan.nth), struck: () => struck };
}

const plan: fc.Arbitrary<Plan> = fc
  .record({ method: fc.constantFrom(...methods), kind: fc.constantFrom(...kinds), nth: fc.integer({ min: 1, max: 4 }) })
  .filter(({ method, kind }) => !(isSync(method) && kind === 'hangs'));

const seed = fc.integer({ min: 1, max: 9 });
const fits = (fault: unknown): boolean => fault instanceof UnfoldError && ['BACKEND_FAILED', 'DEVICE_LOST', 'TIMED_OUT'].includes(fault.code) && fault.op !== '' && fault.fix !== '';

describe('faults injected into a backend', () => {
  it('become typed errors at the call, in every method and of every kind; nothing hangs, and what was there stays usable', async function () {
    this.timeout(120_000);
    const struck = new Map<Method, number>(methods.map((method) => [method, 0]));
    await fc.assert(
      fc.asyncProperty(plan, seed, async (planned, value) => {
        const { backend, arm, struck: hasStruck } = faulty(planned);
        await setBackend(backend, { deadlineMs });
        const image = tensor(Float32Array.from({ length: 16 }, (_, i) => (i + value) % 5), [1, 4, 4, 1]);
        const filters = tensor([1, 0, 0, value], [2, 2, 1, 1]);
        const layer = compile((x: Tensor) => conv2d(x, filters, { padding: 'valid' }).sum());
        const expected = await (await layer(image)).item();
        const kept = image.mul(value);
        await evaluate(kept);
        arm();

        /** Works as often as it is asked to, or says what is wrong. */
        const uses: (() => Promise<unknown>)[] = [
          async () => expect(await (await layer(image)).item()).to.equal(expected),
          async () => expect((await image.add(value).data())[0]).to.equal((value % 5) + value),
          async () => expect((await kept.data())[0]).to.equal((value % 5) * value),
          async () => {
            const more = image.sub(value);
            await evaluate(more);
            more.dispose();
          },
          ...[0, 1, 2, 3].map((i) => async () => expect((await tensor([value, i]).add(tensor([i, 1])).data())[0]).to.equal(value + i)),
          async () => layer.dispose(),
        ];
        for (const use of uses) {
          try {
            await use();
          } catch (fault) {
            if (!fits(fault)) throw fault;
          }
        }
        if (hasStruck()) struck.set(planned.method, struck.get(planned.method)! + 1);
        // On a backend that has what it takes, all that the host has goes on.
        await setBackend(kernelBackend({ name: 'healthy', kernels: referenceKernels }));
        expect((await image.mul(2).data())[1]).to.equal(((1 + value) % 5) * 2);
        expect(await (await layer(image)).item()).to.equal(expected);
      }),
      { seed: 17, numRuns: 300 },
    );
    // A fault that never strikes proves nothing.
    for (const [method, times] of struck) expect(times, method).to.be.above(2);
  });

  it('that strike once leave a backend usable, unless its device is lost', async () => {
    for (const method of ['upload', 'compile', 'run', 'read'] as const) {
      const { backend, arm } = faulty({ method, kind: 'rejects', nth: 1 });
      await setBackend(backend);
      const x = tensor([1, 2, 3]);
      arm();
      let code = '';
      await x.add(method.length).data().catch((fault: UnfoldError) => (code = fault.code));
      expect(code, method).to.equal('BACKEND_FAILED');
      expect([...(await x.add(method.length).data())], method).to.deep.equal([1, 2, 3].map((v) => v + method.length));
    }
  });

  it('leave nothing behind but what the backend did not free', async () => {
    const { backend, arm } = faulty({ method: 'free', kind: 'throws', nth: 1 });
    await setBackend(backend);
    const y = tensor([1, 2]).mul(3);
    await evaluate(y);
    const before = liveMemory();
    arm();
    expect(() => y.dispose()).to.throw(UnfoldError, 'it broke');
    expect(liveMemory().buffers).to.equal(before.buffers - 1);
  });
});
