import { expect } from 'chai';
import { evaluate, scalar, setBackend, tensor, zeros } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';

describe('evaluate', () => {
  before(() => setBackend(cpu()));

  it('computes a chain with broadcasting and keeps the result', async () => {
    const x = tensor([[1, 2], [3, 4]]).add([10, 20]).add(1);
    expect(x.isRealised).to.equal(false);
    await evaluate(x);
    expect(x.isRealised).to.equal(true);
    expect(await x.array()).to.deep.equal([[12, 23], [14, 25]]);
  });

  it('starts from a result that was realised after a tensor was built on it', async () => {
    const x = tensor([1, 2]).add(1);
    const y = x.add(1);
    await evaluate(x);
    expect(await y.array()).to.deep.equal([3, 4]);
  });

  it('leaves equal expressions of numbers alone, which belong to no backend and stand in the definitions of ops', async () => {
    const first = await setBackend(cpu());
    const x = tensor([1, -2]);
    const y = x.add(1);
    await evaluate(scalar(-1), zeros([2]), y);
    await first.dispose();
    await setBackend(cpu());
    expect(await zeros([2]).add(x.sign()).array()).to.deep.equal([1, -1]);
    expect(await x.add(1).array()).to.deep.equal([2, -1]);
  });
});
