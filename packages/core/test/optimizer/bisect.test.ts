import { expect } from 'chai';
import { add, mul, relu, setBackend, sin, sub, tensor } from '@unfoldjs/core';
import { bisect } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';
import { any, defineRule, number, op, steps } from '@unfoldjs/core/rules';

const mulOp = mul(tensor([1]), 2).expr.op;

/** Right for every factor but 3. */
const wrong = defineRule({
  name: 'halve-the-work',
  because: 'a wrong rule, planted to be found',
  match: () => op(mulOp, any('x'), number('c')),
  rewrite: ({ x, c }, graph) => (c.attrs.value === 3 ? graph.tensors(([t]) => add(t!, t!), [x]) : null),
  saves: steps,
});

describe('bisect', () => {
  before(() => setBackend(cpu()));
  const build = () => relu(sub(mul(mul(sin(tensor([1, 2])).sub(0), 2), 3), 1));

  it('names the planted rule, its pass and the node', async () => {
    const expected = await build().data();
    const same = ([values]: readonly ArrayLike<number>[]) => Array.from(values!).every((value, i) => value === expected[i]);
    const found = await bisect(build(), same, { rules: [wrong] });
    expect(found).to.include({ pass: 'own-rules', rule: 'halve-the-work', at: 'mul float32[2]' });
    expect(found!.patches).to.not.have.length(0);
    expect(await bisect(build(), same)).to.equal(null);
  });

  it('names the rewrite that is wrong among others of its rule that are right', async () => {
    const x = tensor([1, 2]);
    const row = tensor([[1, 2]]);
    const doubling = defineRule({
      name: 'double-by-adding',
      because: 'right for 2 and wrong for 4',
      match: () => op(mulOp, any('x'), number('c')),
      rewrite: ({ x, c }, graph) =>
        c.attrs.value === 2 || c.attrs.value === 4 ? graph.tensors(([t]) => add(t!, t!), [x]) : null,
      saves: steps,
    });
    const y = () => add(mul(sin(x), 2), add(mul(row, 4), mul(relu(x), 2)));
    const expected = await y().data();
    const found = await bisect(y(), ([values]) => Array.from(values!).every((value, i) => value === expected[i]), {
      rules: [doubling],
    });
    expect(found).to.include({ rule: 'double-by-adding', at: 'mul float32[1, 2]' });
  });

  it('refuses a check that fails before anything is rewritten', async () => {
    let fault: unknown;
    await bisect(build(), () => false).catch((caught: unknown) => (fault = caught));
    expect(fault).to.be.instanceOf(RangeError);
  });
});
