import { add, flip, matmul, pad, setBackend, sum, transpose, type Backend, type StepInfo, type Tensor } from '@unfoldjs/core';
import { gpu } from '@unfoldjs/backend-gpu';
import { expect } from 'chai';
import { describeModes } from './open.js';
import { stepsOf } from './support/ran-on.js';
import { takenOf } from './support/special-forms.js';
import { whole } from './support/whole.js';

await describeModes('elements that are only moved, in mode', ['webgpu', 'webasm', 'cpu'], (mode) => {
  let backend: Backend;
  before(async () => (backend = await gpu({ mode }).open()));
  after(() => backend.dispose());

  const kernelsOf = (steps: readonly StepInfo[]): string[] => steps.map(({ kernel }) => kernel);

  it('are read where they are, as on the reference: any moves before any reader, bit for bit', async () => {
    expect(await takenOf('moves', backend, 400)).to.be.above(150);
  });

  it('have no kernel of their own before a chain or a sum, and the step says who reads them', async () => {
    const steps = await stepsOf(backend, () => sum(add(pad(flip(transpose(whole([3, 4, 5], 3), [2, 0, 1])), [[1, 1], [0, 2], [0, 0]]), whole([7, 5, 4], 2)), { axes: 0 }));
    expect(kernelsOf(steps)).to.deep.equal(['none', 'none', 'none', 'add', 'reduceSum']);
    expect(steps[0]!.reason).to.equal('step 1 (reverse) computes where its elements come from');
    expect(steps[3]!.reason).to.include('pad, reverse, transpose by index arithmetic');
  });

  it('are moved for those that read them many times, for two readers, and for the user', async () => {
    const product = await stepsOf(backend, () => matmul(flip(whole([4, 5], 3)), whole([5, 6], 2)));
    expect(kernelsOf(product)[0]).to.equal('reverse');
    const turned = (): Tensor => flip(whole([4, 5], 3));
    const [y] = [turned()];
    const twice = await stepsOf(backend, () => add(sum(y!, { axes: 0 }), sum(y!.mul(2), { axes: 0 })));
    expect(kernelsOf(twice)[0]).to.equal('reverse');
    expect(kernelsOf(await stepsOf(backend, turned))).to.deep.equal(['reverse']);
    await setBackend(backend);
  });
});
