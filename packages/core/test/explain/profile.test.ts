import { expect } from 'chai';
import { add, compile, conv2d, evaluate, matmul, relu, setBackend, tensor, zeros, type Backend, type Tensor } from '@unfoldjs/core';
import { explain, profile, type Profile } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';
import { caughtFrom } from './support.js';

const data = (...shape: number[]): Tensor => tensor(new Float32Array(shape.reduce((a, b) => a * b)).fill(1), shape);

const layer = (): Tensor => relu(add(conv2d(data(1, 8, 8, 2), data(3, 3, 2, 4), { padding: 'same' }), tensor([1, 2, 3, 4])));

/** The cpu backend without its times; `runs` and `reads` count calls. */
async function untimed(changes: Partial<Backend> = {}): Promise<{ backend: Backend; counts: { runs: number; reads: number; profiles: number } }> {
  const inner = await cpu().open();
  const counts = { runs: 0, reads: 0, profiles: 0 };
  const backend: Backend = {
    ...inner,
    name: 'untimed',
    async compile(program) {
      const { profile: _, ...executable } = await inner.compile(program);
      return { ...executable, run: (...args) => (counts.runs++, executable.run(...args)) };
    },
    read: (buffer) => (counts.reads++, inner.read(buffer)),
    ...changes,
  };
  return { backend, counts };
}

describe('profile', () => {
  beforeEach(() => setBackend(cpu()));

  it('gives each step its kernel, its work and a time within that of its program', async () => {
    const { steps, programs, milliseconds } = await profile(layer);
    const explained = await explain(layer());
    expect(steps.map(({ call }) => call)).to.deep.equal(explained.steps.map(({ call }) => call));
    const [step] = steps;
    expect(step).to.deep.include({ program: 0, step: 0, op: 'convMatmul', kernel: 'reference', ranOn: 'cpu', flops: explained.flops });
    expect(step!.bytes).to.equal(4 * (8 * 8 * 2 + 3 * 3 * 2 * 4 + 4 + 8 * 8 * 4));
    const [program] = programs;
    expect(program).to.include({ backend: 'cpu', measured: 'steps', flops: explained.flops });
    expect(program!.how).to.contain('each kernel');
    expect(step!.milliseconds).to.be.within(0, program!.milliseconds);
    expect(program!.start + program!.milliseconds).to.be.at.most(milliseconds);
    expect(step!.share).to.be.within(0, 1);
    expect(step!.gflopsPerSecond).to.equal(explained.flops / step!.milliseconds! / 1e6);
  });

  it('evaluates the tensors that the function returns, with the values of a usual run', async () => {
    const [expected, y] = [await layer().data(), layer()];
    await profile(() => ({ deep: [y], else: 'no tensor' }));
    expect(y.isRealised).to.equal(true);
    expect(await y.data()).to.deep.equal(expected);
  });

  it('sees every program that a function runs, and hands on its arguments', async () => {
    const dense = compile((x: Tensor, w: Tensor) => relu(matmul(x, w)));
    const { programs, compilations } = await profile(
      async (x: Tensor, times: number) => {
        for (let i = 0; i < times; i++) await dense(x, data(4, 2));
        return x.add(1);
      },
      data(3, 4),
      2,
    );
    expect(programs.map(({ steps }) => steps.map(({ op }) => op))).to.deep.equal([['matmulEpilogue'], ['matmulEpilogue'], ['add']]);
    expect(programs.every(({ start }, i) => i === 0 || start >= programs[i - 1]!.start)).to.equal(true);
    expect(compilations.map(({ steps }) => steps)).to.deep.equal([1, 1]);
  });

  it('takes memory that is donated no other way than a usual run', async () => {
    const step = compile((w: Tensor) => w.mul(2), undefined, { donate: [0] });
    const w = tensor([1, 2]).add(0);
    await evaluate(w);
    let next: Tensor | undefined;
    await profile(async () => (next = await step(w)));
    expect([...(await next!.data())]).to.deep.equal([2, 4]);
    expect(await caughtFrom(() => w.data())).to.include({ code: 'DONATED' });
  });

  it('measures the whole of a program, until a result was read, where a backend does not time steps', async () => {
    const { backend, counts } = await untimed();
    await setBackend(backend);
    const { programs, steps, text } = await profile(() => [layer(), layer().sum()]);
    expect(programs).to.have.length(1);
    expect(programs[0]).to.include({ measured: 'program', backend: 'untimed' });
    expect(programs[0]!.milliseconds).to.be.above(0);
    expect(programs[0]!.gflopsPerSecond).to.be.above(0);
    expect(steps.map(({ milliseconds, share, gflopsPerSecond }) => [milliseconds, share, gflopsPerSecond])).to.deep.equal(steps.map(() => [null, null, null]));
    expect(counts).to.include({ runs: 1, reads: 1 });
    expect(text).to.contain('does not time steps');
  });

  it('frees the results of a run that cannot be read', async () => {
    const { backend } = await untimed({ read: () => Promise.reject(new Error('the cable is out')) });
    await setBackend(backend);
    const x = tensor([1, 2]);
    await profile(() => x.add(1)).catch(() => undefined);
    const before = backend.memory();
    expect(await caughtFrom(() => profile(() => x.add(1)))).to.include({ code: 'BACKEND_FAILED' });
    expect(backend.memory()).to.include({ live: before.live, buffers: before.buffers });
  });

  it('leaves runs alone once it is done, also where the function throws', async () => {
    const { backend, counts } = await untimed();
    await setBackend(backend);
    const fault = new Error('mine');
    expect(await caughtFrom(() => profile(() => Promise.reject(fault)))).to.equal(fault);
    await evaluate(layer());
    expect(counts).to.include({ runs: 1, reads: 0 });
  });

  it('shows the same runs to profiles that overlap', async () => {
    let inner: Profile | undefined;
    const outer = await profile(async () => {
      inner = await profile(layer);
      return layer().sum();
    });
    expect(inner!.programs).to.have.length(1);
    expect(outer.programs).to.have.length(2);
    expect(outer.programs[0]!.milliseconds).to.equal(inner!.programs[0]!.milliseconds);
  });

  it('is a table for people, however long the program', async () => {
    const { text } = await profile(layer);
    expect(text).to.match(/1 program ran in/).and.to.match(/step +\| call +\| kernel +\| time +\| share +\| FLOP +\| bytes +\| GFLOP\/s/);
    expect(text).to.contain('convMatmul(in0, in1, in2) window 3x3 padding 1 then add, relu');
    let x = tensor([1, 2]);
    for (let i = 0; i < 60; i++) x = x.sin().sum({ keepDims: true }).add(tensor([1, 2]));
    const long = await profile(() => x);
    expect(long.text.split('\n').length).to.be.below(40);
    expect(long.text).to.match(/\d+ quicker steps/);
  });

  it('says so where nothing ran', async () => {
    const { text, steps, programs } = await profile(() => 3);
    expect([steps, programs]).to.deep.equal([[], []]);
    expect(text).to.contain('nothing ran');
  });

  it('refuses what is no function', async () => {
    expect(await caughtFrom(() => profile(zeros([2]) as never))).to.include({ code: 'INVALID_ARGUMENT', op: 'profile', argument: 'fn' });
  });
});

describe('the trace of a profile', () => {
  before(() => setBackend(cpu()));

  it('has complete events in microseconds, the steps within their program, on rows that have names', async () => {
    const { trace, programs } = await profile(() => [layer(), layer().sum()]);
    expect(JSON.parse(JSON.stringify(trace))).to.deep.equal(trace);
    const rows = trace.traceEvents.filter(({ ph }) => ph === 'M').map(({ name, args }) => [name, args['name']]);
    expect(rows).to.deep.equal([['process_name', 'unfold'], ['thread_name', 'compile'], ['thread_name', 'cpu']]);
    const events = trace.traceEvents.filter(({ ph }) => ph === 'X');
    const program = events.find(({ cat }) => cat === 'program')!;
    expect(program.ts).to.equal(programs[0]!.start * 1000);
    expect(program.dur).to.equal(programs[0]!.milliseconds * 1000);
    const steps = events.filter(({ cat }) => cat === 'step');
    expect(steps).to.have.length(programs[0]!.steps.length).and.to.have.length.above(1);
    let end = program.ts!;
    for (const { ts, dur, tid, pid, args } of steps) {
      expect([tid, pid]).to.deep.equal([program.tid, program.pid]);
      expect(ts).to.be.closeTo(end, 1e-6);
      expect(args).to.have.keys('call', 'kernel', 'ranOn', 'flops', 'bytes', 'GFLOP/s');
      end = ts! + dur!;
    }
    expect(end).to.be.at.most(program.ts! + program.dur! + 1e-6);
  });

  it('gives programs that overlap rows of their own', async () => {
    const inner = await cpu().open();
    let arrived = 0;
    let meet = (): void => undefined;
    const met = new Promise<void>((resolve) => (meet = resolve));
    await setBackend({
      ...inner,
      async compile(program) {
        const { profile: _, ...executable } = await inner.compile(program);
        // Neither of two runs ends before the other has begun.
        const run: typeof executable.run = async (...args) => {
          if (++arrived === 2) meet();
          await met;
          return executable.run(...args);
        };
        return { ...executable, run };
      },
    });
    const { trace } = await profile(() => Promise.all([tensor([1]).add(1).data(), tensor([1, 2]).mul(2).data()]));
    const tids = trace.traceEvents.filter(({ cat }) => cat === 'program').map(({ tid }) => tid);
    expect(new Set(tids).size).to.equal(2);
  });
});
