import { expect } from 'chai';
import { cpu } from '@unfoldjs/backend-cpu';
import { compile, relu, setBackend, tensor, type Tensor } from '@unfoldjs/core';
import { any, defineRule, op } from '@unfoldjs/core/rules';

describe('compile with rules of one\'s own', () => {
  // Wrong on purpose: only a program in which it took part gives negative numbers.
  const isNothing = defineRule({ name: 'relu-is-nothing', match: () => op(relu(0).expr.op, any('x')), rewrite: ({ x }) => x });
  const x = tensor([-1, 2]);
  const valuesWith = async (options: Parameters<typeof compile>[2]): Promise<number[]> => [...(await (await compile((t: Tensor) => relu(t), undefined, options)(x)).data())];
  before(() => setBackend(cpu()));

  it('runs them, and passes, in its programs and in no other', async () => {
    expect(await valuesWith({ rules: [isNothing] })).to.deep.equal([-1, 2]);
    expect(await valuesWith({ passes: [{ name: 'mine', rules: [isNothing] }] })).to.deep.equal([-1, 2]);
    expect(await valuesWith({})).to.deep.equal([0, 2]);
  });
});
