import { expect } from 'chai';
import fc from 'fast-check';
import { compile, evaluate, liveMemory, setBackend, tensor, UnfoldError, type Backend, type Executable, type Tensor } from '@unfoldjs/core';
import { kernelBackend, referenceKernels } from '@unfoldjs/core/reference';

/** A backend whose answers come in the order that a scheduler chooses. */
function scheduled(s: fc.Scheduler): Backend {
  const healthy = kernelBackend({ name: 'scheduled', kernels: referenceKernels });
  const later = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    await s.schedule(Promise.resolve(), what);
    return work();
  };
  return {
    ...healthy,
    upload: (data, type) => later('upload', () => healthy.upload(data, type)),
    read: (buffer) => later('read', () => healthy.read(buffer)),
    compile: (program) =>
      later('compile', async () => {
        const executable = await healthy.compile(program);
        const run: Executable['run'] = (inputs, options) => later('run', () => executable.run(inputs, options));
        return { ...executable, run };
      }),
  };
}

interface Call {
  readonly kind: 'evaluate' | 'data' | 'dispose' | 'layer';
  readonly at: number;
  readonly by: number;
}
const tensorsInAll = 8;
const call: fc.Arbitrary<Call> = fc.record({
  kind: fc.oneof({ weight: 5, arbitrary: fc.constant('evaluate' as const) }, { weight: 8, arbitrary: fc.constant('data' as const) }, { weight: 5, arbitrary: fc.constant('layer' as const) }, { weight: 1, arbitrary: fc.constant('dispose' as const) }),
  at: fc.nat(tensorsInAll - 1),
  by: fc.integer({ min: 1, max: 4 }),
});

/** The tensors that the calls are about: each built from the one before, so that they share what they need. */
function build(): Tensor[] {
  const made = [tensor([1, 2, 3])];
  for (let i = 1; i < tensorsInAll; i++) made.push(made[i - 1]!.mul(i % 3).add(i));
  return made;
}

/** What each must be, whoever else is at work. */
const expectedOf = (at: number): number[] => {
  let values = [1, 2, 3];
  for (let i = 1; i <= at; i++) values = values.map((value) => value * (i % 3) + i);
  return values;
};

describe('calls at the same time', () => {
  it('give the same numbers as one after another: 1000 of evaluate, data, dispose and compiled functions, in any order of answers', async function () {
    this.timeout(120_000);
    let read = 0;
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(call, { minLength: 50, maxLength: 50 }), async (s, calls) => {
        await setBackend(scheduled(s));
        const tensors = build();
        const disposed = new Set<number>();
        const layer = compile((x: Tensor, by: Tensor) => x.mul(by).add(1));
        const inFlight = calls.map(async ({ kind, at, by }): Promise<void> => {
          const x = tensors[at]!;
          const wasDisposed = disposed.has(at);
          try {
            if (kind === 'evaluate') await evaluate(x);
            else if (kind === 'dispose') {
              disposed.add(at);
              x.dispose();
            } else if (kind === 'data') {
              expect([...(await x.data())]).to.deep.equal(expectedOf(at));
              read++;
            } else {
              const y = await layer(x, tensor(by));
              expect([...(await y.data())]).to.deep.equal(expectedOf(at).map((value) => value * by + 1));
              read++;
              y.dispose();
            }
          } catch (fault) {
            // What was disposed of, before or meanwhile, or what it is built from, says so and nothing else.
            if (!(fault instanceof UnfoldError) || fault.code !== 'DISPOSED') throw fault;
            expect(wasDisposed || [...disposed].some((gone) => gone <= at)).to.equal(true);
          }
        });
        await s.waitFor(Promise.all(inFlight));
        for (const each of tensors) each.dispose();
        layer.dispose();
      }),
      { seed: 23, numRuns: 20 },
    );
    expect(read).to.be.above(150);
  });

  it('leave no buffer behind', async () => {
    const backend = kernelBackend({ name: 'counted', kernels: referenceKernels });
    await setBackend(backend);
    const before = liveMemory().buffers;
    const tensors = build();
    await Promise.all(tensors.flatMap((x) => [evaluate(x), x.data(), evaluate(x)]));
    for (const x of tensors) x.dispose();
    expect(liveMemory().buffers).to.equal(before);
  });
});
