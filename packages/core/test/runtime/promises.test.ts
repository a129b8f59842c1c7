// What people complain of in libraries of this kind, and what is promised here instead. Each test names threads where they do.
import { expect } from 'chai';
import { evaluate, getBackend, liveMemory, setBackend, tensor, UnfoldError } from '@unfoldjs/core';
import { kernelBackend, referenceKernels } from '@unfoldjs/core/reference';
import { cpu } from '@unfoldjs/backend-cpu';

describe('promises about memory', () => {
  before(() => setBackend(cpu()));

  it('temporaries are gone when data() returns, without tidy, dispose or the collector (tensorflow/tfjs#200, #2204, #8570)', async () => {
    const x = tensor([1, 2, 3]);
    const squares = () => x.add(1).mul(2).relu().sum().data();
    await squares(); // uploads x, compiles the program
    const before = liveMemory();
    const bytes = getBackend().memory().live;
    for (let i = 0; i < 200; i++) await squares();
    expect(liveMemory()).to.deep.equal(before);
    expect(getBackend().memory().live).to.equal(bytes);
  });

  it('a tensor may be used any number of times, with no marks for its references (ekzhang/jax-js#2)', async () => {
    const x = tensor([1, 2]).add(1);
    const y = x.mul(x).add(x);
    expect(await y.data()).to.deep.equal(Float32Array.of(6, 12));
    expect(await x.data()).to.deep.equal(Float32Array.of(2, 3));
    expect(await y.sub(x).data()).to.deep.equal(Float32Array.of(4, 9));
  });

  it('disposing of one tensor never takes another with it (tensorflow/tfjs#5980, #6019)', async () => {
    const x = tensor([1, 2]).add(1);
    const y = x.mul(2);
    const view = x.reshape([2, 1]);
    await evaluate(x, y, view);
    x.dispose();
    expect(await y.data()).to.deep.equal(Float32Array.of(4, 6));
    expect(await view.array()).to.deep.equal([[2], [3]]);
  });

  it('disposing of one tensor never takes an equal one with it, whether they were computed together or one after the other', async () => {
    const x = tensor([1, 2]).add(0);
    await evaluate(x);
    const before = liveMemory();
    const [a, b] = [x.add(1), x.add(1)];
    await evaluate(a, b);
    const later = x.add(1);
    expect(later.isRealised).to.equal(true);
    expect(liveMemory().buffers - before.buffers, 'they share one buffer').to.equal(1);
    a.dispose();
    expect([...(await b.data()), ...(await later.data())]).to.deep.equal([2, 3, 2, 3]);
    later.dispose();
    expect([...(await b.data())]).to.deep.equal([2, 3]);
    await x.add(1).mul(2).data();
    b.dispose();
    expect(liveMemory(), 'a temporary that is equal to it owns nothing').to.deep.equal(before);
  });
});

describe('promises about backends', () => {
  it('an op that a backend lacks is an error that names the op, its types and the backend, never a silent run elsewhere (tensorflow/tfjs#4325, #5180)', async () => {
    const { tanh: _, ...kernels } = referenceKernels;
    await setBackend(kernelBackend({ name: 'lacking', kernels }));
    let fault: UnfoldError | undefined;
    try {
      await tensor([1, 2]).tanh().data();
    } catch (error) {
      fault = error as UnfoldError;
    }
    expect(fault?.code).to.equal('UNSUPPORTED_OP');
    expect(fault?.message).to.contain('tanh').and.contain('lacking').and.contain('[2]');
    expect(await tensor([1, 2]).exp().log().round().data()).to.deep.equal(Float32Array.of(1, 2));
  });

  it('which device runs, and why it is not another, can be read (tensorflow/tfjs#4070, #1313, vladmandic/human#530)', async () => {
    const backend = await setBackend(cpu());
    expect(backend).to.equal(getBackend());
    expect(backend.device.kind).to.equal('cpu');
    expect(backend.device.label).to.contain('JavaScript');
    expect(backend.device.fallbackReason).to.equal(null);
  });
});
