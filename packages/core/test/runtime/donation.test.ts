import { expect } from 'chai';
import { compile, evaluate, getBackend, liveMemory, setBackend, tensor, UnfoldError, type Tensor } from '@unfoldjs/core';
import { referenceKernels, type Kernel } from '@unfoldjs/core/reference';
import { takingBackend, type TakingBackend } from '@unfoldjs/test-support';

/** A tensor that lives on the backend alone. */
async function onBackend(...values: number[]): Promise<Tensor> {
  const made = tensor(values).add(0);
  await evaluate(made);
  return made;
}

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

async function codeOf(work: Promise<unknown>): Promise<string> {
  const fault: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  expect(fault).to.be.instanceOf(UnfoldError);
  return (fault as UnfoldError).code;
}

const taken = (): number => (getBackend() as TakingBackend).takenBuffers();

const donating = { donate: [0] } as const;

describe('donation, on a backend that takes what it is given', () => {
  before(() => setBackend(takingBackend()));

  it('gives the buffers of a state that nobody else holds, and counts what is left', async () => {
    const update = compile((state: { w: Tensor; v: Tensor }) => ({ w: state.w.sub(state.v), v: state.v.mul(2) }), undefined, donating);
    let state = { w: await onBackend(10, 20), v: await onBackend(1, 2) };
    const before = taken();
    state = await update(state);
    const [held, bytes] = [getBackend().memory(), liveMemory()];
    for (let i = 0; i < 2; i++) state = await update(state);
    expect(taken() - before).to.equal(6);
    expect([await values(state.w), await values(state.v)]).to.deep.equal([[3, 6], [8, 16]]);
    expect(getBackend().memory()).to.include({ live: held.live, buffers: held.buffers });
    expect(liveMemory()).to.deep.equal(bytes);
  });

  it('takes what came from the host once it is uploaded', async () => {
    const before = taken();
    const w = tensor([1, 2]);
    expect(await values(await compile((x: Tensor) => x.add(1), undefined, donating)(w))).to.deep.equal([2, 3]);
    expect(taken() - before).to.equal(1);
    expect(await codeOf(w.data())).to.equal('DONATED');
  });

  it('withholds a buffer that a view keeps', async () => {
    const w = await onBackend(1, 2, 3, 4);
    const view = w.reshape([2, 2]);
    await evaluate(view);
    const before = taken();
    const next = await compile((x: Tensor) => x.add(10), undefined, donating)(w);
    expect(await view.array()).to.deep.equal([[1, 2], [3, 4]]);
    expect(await values(next)).to.deep.equal([11, 12, 13, 14]);
    expect(taken()).to.equal(before);
    expect(await codeOf(w.data())).to.equal('DONATED');
  });

  it('withholds a buffer that a compiled function passed on', async () => {
    const w = await onBackend(1, 2);
    const same = await compile((x: Tensor) => x)(w);
    await compile((x: Tensor) => x.add(10), undefined, donating)(w);
    expect(await values(same)).to.deep.equal([1, 2]);
  });

  it('withholds the buffer of two equal results, one of which is donated', async () => {
    const twins = compile((x: Tensor) => ({ a: x.mul(3), b: x.mul(3) }));
    const { a, b } = await twins(await onBackend(1, 2));
    const next = await compile((x: Tensor) => x.add(10), undefined, donating)(a);
    expect([await values(next), await values(b)]).to.deep.equal([[13, 16], [3, 6]]);
  });

  it('withholds the buffer of a tensor that an equal one also holds', async () => {
    const x = await onBackend(1, 2);
    const [a, b] = [x.mul(3), x.mul(3)];
    await evaluate(a, b);
    const next = await compile((w: Tensor) => w.add(10), undefined, donating)(a);
    expect([await values(next), await values(b)]).to.deep.equal([[13, 16], [3, 6]]);
  });

  it('withholds a buffer that is donated twice, as two arguments', async () => {
    const twins = compile((x: Tensor) => ({ a: x.mul(3), b: x.mul(3) }));
    const update = compile((state: { a: Tensor; b: Tensor }) => ({ a: state.a.add(state.b), b: state.b.sub(1) }), undefined, donating);
    const first = await update(await twins(await onBackend(1, 2)));
    expect([await values(first.a), await values(first.b)]).to.deep.equal([[6, 12], [2, 5]]);
    const before = taken();
    await update(first);
    expect(taken() - before, 'once they are apart both are taken').to.equal(2);
  });

  it('withholds a buffer that another argument reads, or that the function closes over', async () => {
    const w = await onBackend(1, 2);
    const view = w.reshape([2, 1]);
    await evaluate(view);
    expect(await values(await compile((x: Tensor, y: Tensor) => x.add(y.sum()), undefined, donating)(w, view))).to.deep.equal([4, 5]);
    expect(await values(view)).to.deep.equal([1, 2]);
    const v = await onBackend(5, 6);
    const other = v.reshape([2, 1]);
    await evaluate(other);
    expect(await values(await compile((x: Tensor) => x.add(other.sum()), undefined, donating)(v))).to.deep.equal([16, 17]);
    expect(await values(other)).to.deep.equal([5, 6]);
  });

  it('takes a buffer for two equal results, which then share it', async () => {
    const before = taken();
    const twins = compile((x: Tensor) => ({ a: x.mul(3), b: x.mul(3) }), undefined, donating);
    const { a, b } = await twins(await onBackend(1, 2));
    expect(taken() - before).to.equal(1);
    a.dispose();
    expect(await values(b)).to.deep.equal([3, 6]);
  });

  it('withholds a buffer that is being read, or that another run uses', async () => {
    const backend = takingBackend();
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let begun = 0;
    let bothBegun = (): void => undefined;
    const begin = new Promise<void>((resolve) => (bothBegun = resolve));
    /** Work that has begun and ends once the gate is open. */
    const behindGate = <T>(work: () => Promise<T>): Promise<T> => {
      if (++begun === 2) bothBegun();
      return gate.then(work);
    };
    let isGated = false;
    await setBackend({
      ...backend,
      read: (buffer) => (isGated ? behindGate(() => backend.read(buffer)) : backend.read(buffer)),
      async compile(program) {
        const executable = await backend.compile(program);
        const isDonating = program.inputs.some(({ donatedTo }) => donatedTo !== undefined);
        return { ...executable, run: (inputs, options) => (isGated && !isDonating ? behindGate(() => executable.run(inputs, options)) : executable.run(inputs, options)) };
      },
    } as TakingBackend);
    const w = await onBackend(1, 2);
    const before = taken();
    isGated = true;
    const [reading, product] = [w.data(), evaluate(w.mul(2))];
    await begin;
    await compile((x: Tensor) => x.add(10), undefined, donating)(w);
    expect(taken()).to.equal(before);
    open();
    expect([...(await reading)]).to.deep.equal([1, 2]);
    await product;
    await setBackend(takingBackend());
  });
});

describe('a donation under way', () => {
  /** A backend whose runs wait, or fail, between their steps and their end. */
  async function gated() {
    const backend = takingBackend();
    let pass = (_fault?: Error): void => undefined;
    let started = (): void => undefined;
    const running = new Promise<void>((resolve) => (started = resolve));
    const compileSound = backend.compile;
    await setBackend({
      ...backend,
      async compile(program) {
        const executable = await compileSound(program);
        if (!program.inputs.some(({ donatedTo }) => donatedTo !== undefined)) return executable;
        return {
          ...executable,
          run: (inputs, options) =>
            new Promise((resolve, reject) => {
              pass = (fault) => (fault ? reject(fault) : executable.run(inputs, options).then(resolve, reject));
              started();
            }),
        };
      },
    } as TakingBackend);
    return { running, pass: (fault?: Error) => pass(fault) };
  }

  it('refuses readers of what is being taken, and runs on it', async () => {
    const { running, pass } = await gated();
    const w = await onBackend(1, 2);
    const update = compile((x: Tensor) => x.add(10), undefined, donating);
    const next = update(w);
    await running;
    expect(await codeOf(w.data())).to.equal('DONATED');
    expect(await codeOf(w.mul(2).data())).to.equal('DONATED');
    expect(await codeOf(update(w))).to.equal('DONATED');
    pass();
    expect(await values(await next)).to.deep.equal([11, 12]);
  });

  it('that fails gives everything back', async () => {
    const { running, pass } = await gated();
    const w = await onBackend(1, 2);
    const next = compile((x: Tensor) => x.add(10), undefined, donating)(w);
    await running;
    pass(new Error('the device is lost'));
    expect(await codeOf(next)).to.equal('BACKEND_FAILED');
    expect(await values(w)).to.deep.equal([1, 2]);
  });

  it('of a tensor that is disposed of meanwhile leaves nothing behind', async () => {
    const { running, pass } = await gated();
    const w = await onBackend(1, 2);
    const before = getBackend().memory();
    const next = compile((x: Tensor) => x.add(10), undefined, donating)(w);
    await running;
    w.dispose();
    pass();
    (await next).dispose();
    expect(getBackend().memory().buffers).to.equal(before.buffers - 1);
  });
});

describe('a run with donations that fails', () => {
  const update = () => compile((state: { w: Tensor; v: Tensor }) => ({ w: state.w.sub(state.v.sum()), v: state.v.tanh() }), undefined, donating);

  it('in its last kernel leaves the old state whole, and a second try is right', async () => {
    let isBroken = true;
    const tanh: Kernel = (call) => {
      if (isBroken) throw new Error('tanh broke');
      referenceKernels.tanh(call);
    };
    const { tanh: _, fusedElementwise: __, ...kernels } = referenceKernels;
    const backend = takingBackend({ ...kernels, tanh });
    await setBackend(backend);
    const state = { w: await onBackend(5, 6), v: await onBackend(0, 1) };
    const held = backend.memory();
    const step = update();
    expect(await codeOf(step(state))).to.equal('BACKEND_FAILED');
    expect([await values(state.w), await values(state.v)]).to.deep.equal([[5, 6], [0, 1]]);
    expect(backend.memory().buffers).to.equal(held.buffers);
    expect(backend.takenBuffers()).to.equal(0);
    isBroken = false;
    const next = await step(state);
    expect([await values(next.w), await values(next.v)]).to.deep.equal([[4, 5], [0, Math.fround(Math.tanh(1))]]);
    expect(backend.takenBuffers()).to.equal(2);
  });

  it('by its signal, after any number of steps, leaves the old state whole', async () => {
    await setBackend(takingBackend());
    const state = { w: await onBackend(5, 6), v: await onBackend(0, 1) };
    const step = update();
    let stoppedAt = 0;
    for (let steps = 0; ; steps++) {
      let asked = 0;
      const signal = {
        get aborted() {
          return asked++ >= steps;
        },
      };
      const code = await step
        .withSignal(signal)(state)
        .then(() => null, (error: UnfoldError) => error.code);
      if (code === null) break;
      expect(code).to.equal('ABORTED');
      expect([await values(state.w), await values(state.v)]).to.deep.equal([[5, 6], [0, 1]]);
      stoppedAt++;
    }
    expect(stoppedAt).to.be.at.least(2);
    expect(await codeOf(state.w.data())).to.equal('DONATED');
  });
});
