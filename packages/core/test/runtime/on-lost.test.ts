import { expect } from 'chai';
import { backendRefusals, compile, conv2d, evaluate, getBackend, setBackend, tensor, UnfoldError, unfoldError, type Backend, type Executable, type Tensor } from '@unfoldjs/core';
import { kernelBackend, referenceKernels } from '@unfoldjs/core/reference';

/** A backend that is lost, or hangs, from a moment on. */
function mortal(name: string): { backend: Backend; lose: () => void; hang: () => void; freed: () => number } {
  const healthy = kernelBackend({ name, kernels: referenceKernels });
  let state: 'well' | 'lost' | 'hanging' = 'well';
  let freed = 0;
  const meet = async <T>(work: () => Promise<T>): Promise<T> => {
    if (state === 'lost') throw unfoldError({ code: 'DEVICE_LOST', op: 'run', problem: `the device of ${name} was lost.`, fix: 'choose another.' });
    if (state === 'hanging') await new Promise((resolve) => setTimeout(resolve, 120));
    return work();
  };
  const backend: Backend = {
    ...healthy,
    upload: (data, type) => meet(() => healthy.upload(data, type)),
    read: (buffer) => meet(() => healthy.read(buffer)),
    free: (buffer) => (freed++, healthy.free(buffer)),
    compile: (program) =>
      meet(async () => {
        const executable = await healthy.compile(program);
        const run: Executable['run'] = (inputs, options) => meet(() => executable.run(inputs, options));
        return { ...executable, run };
      }),
  };
  return { backend, lose: () => (state = 'lost'), hang: () => (state = 'hanging'), freed: () => freed };
}

async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (fault) {
    if (fault instanceof UnfoldError) return fault.code;
    throw fault;
  }
  return 'none';
}

const twice = (x: Tensor): Tensor => x.mul(2);

describe('a backend that is lost', () => {
  it('throws DEVICE_LOST at every use, and what the host has runs on the backend that is chosen next', async () => {
    const { backend, lose } = mortal('first');
    await setBackend([backend, mortal('second').backend]);
    const x = tensor([1, 2]);
    const made = twice(x);
    await evaluate(made);
    lose();
    for (const use of [() => twice(x).data(), () => made.data(), () => evaluate(made.add(1)), () => compile(twice)(x)]) expect(await codeOf(use)).to.equal('DEVICE_LOST');
    expect(getBackend()).to.equal(backend);
    await setBackend(mortal('third').backend);
    expect([...(await twice(x).data())]).to.deep.equal([2, 4]);
    expect(await codeOf(() => made.add(1).data())).to.equal('DEVICE_LOST');
  });

  it('is followed by the next of the list where that was asked for: the call runs again there, and the reason is kept', async () => {
    const [first, second] = [mortal('first'), mortal('second')];
    const absent = { name: 'absent', open: () => Promise.reject(new Error('no such device')) };
    await setBackend([first.backend, absent, second.backend], { onLost: 'next' });
    const x = tensor([1, 2, 3, 4], [1, 2, 2, 1]);
    const filters = tensor([1, 1, 1, 1], [2, 2, 1, 1]);
    const layer = compile((image: Tensor) => conv2d(image, filters, { padding: 'valid' }));
    expect([...(await (await layer(x)).data())]).to.deep.equal([10]);
    first.lose();
    const results = await Promise.all([layer(x).then((y) => y.data()), twice(x).data(), twice(twice(x)).data()]);
    expect(results.map((data) => [...data])).to.deep.equal([[10], [2, 4, 6, 8], [4, 8, 12, 16]]);
    expect(getBackend()).to.equal(second.backend);
    expect(backendRefusals().map(({ name, reason }) => `${name}: ${reason}`)).to.deep.equal(['first: the device of first was lost', 'absent: no such device']);

    second.lose();
    expect(await codeOf(() => twice(x).data())).to.equal('DEVICE_LOST');
    expect(backendRefusals().at(-1)!.name).to.equal('second');
  });

  it('takes with it what only it had, said as such', async () => {
    const [first, second] = [mortal('first'), mortal('second')];
    await setBackend([first.backend, second.backend], { onLost: 'next' });
    const made = twice(tensor([1, 2]));
    await evaluate(made);
    first.lose();
    expect([...(await twice(tensor([3])).data())]).to.deep.equal([6]);
    let fault: UnfoldError | undefined;
    await made.add(1).data().catch((error: UnfoldError) => (fault = error));
    expect(fault?.code).to.equal('DEVICE_LOST');
    expect(fault?.problem).to.include('only first had the elements');
  });

  it('does not lose donated parameters that the host has', async () => {
    const [first, second] = [mortal('first'), mortal('second')];
    await setBackend([first.backend, second.backend], { onLost: 'next' });
    const step = compile((weights: Tensor) => weights.sub(1), undefined, { donate: [0] });
    const weights = tensor([5, 6]);
    first.lose();
    expect([...(await (await step(weights)).data())]).to.deep.equal([4, 5]);
  });
});

describe('a backend that hangs', () => {
  it('is TIMED_OUT after its deadline, and what comes late is freed', async () => {
    const { backend, hang, freed } = mortal('slow');
    await setBackend(backend, { deadlineMs: 30 });
    const y = twice(tensor([1, 2]));
    const other = twice(tensor([3, 4]));
    await evaluate(y);
    await evaluate(other);
    // Compiled before, so that it is the run that hangs.
    await evaluate(y.add(1));
    const before = freed();
    hang();
    expect(await codeOf(() => evaluate(other.add(1)))).to.equal('TIMED_OUT');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(freed()).to.equal(before + 1);
    expect(await codeOf(() => y.data())).to.equal('TIMED_OUT');
  });

  it('is followed by the next, as one that is lost', async () => {
    const [first, second] = [mortal('first'), mortal('second')];
    await setBackend([first.backend, second.backend], { onLost: 'next', deadlineMs: 30 });
    first.hang();
    expect([...(await twice(tensor([1, 2])).data())]).to.deep.equal([2, 4]);
    expect(getBackend()).to.equal(second.backend);
  });

  it('has all the time in the world without a deadline', async () => {
    const { backend, hang } = mortal('slow');
    await setBackend(backend);
    hang();
    expect([...(await twice(tensor([1, 2])).data())]).to.deep.equal([2, 4]);
  });

  it('options of another kind are refused, and the backend stays', async () => {
    const { backend } = mortal('kept');
    await setBackend(backend);
    for (const options of [{ onLost: 'last' }, { deadlineMs: 0 }, { deadlineMs: '3' }, { deadlineMs: NaN }]) {
      expect(await codeOf(() => setBackend(mortal('other').backend, options as never))).to.equal('INVALID_ARGUMENT');
    }
    expect(getBackend()).to.equal(backend);
  });
});
