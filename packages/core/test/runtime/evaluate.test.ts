import { expect } from 'chai';
import { evaluate, setBackend, tensor } from '@unfoldjs/core';
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
});
