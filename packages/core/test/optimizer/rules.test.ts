import { expect } from 'chai';
import { cpu } from '@unfoldjs/backend-cpu';
import { ruleSuite } from '@unfoldjs/backend-testkit';
import { passesFor, ruleNotes } from '@unfoldjs/core/rules';

describe('the rules of the optimizer', function () {
  this.timeout(60_000);
  it('all have notes, and so their laws below; each has a name of its own and a reason', () => {
    const rules = new Set(passesFor({ level: 2 }).flatMap((pass) => pass.rules));
    expect(
      [...rules].filter((rule) => !ruleNotes.some((notes) => notes.rule === rule)).map(({ name }) => name),
    ).to.deep.equal([]);
    expect(new Set([...rules].map(({ name }) => name)).size).to.equal(rules.size);
    for (const { because } of ruleNotes) expect(because).to.match(/^[^.]{20,}$/);
  });

  for (const rule of ruleNotes) ruleSuite({ describe, it, rule, backend: cpu() });
});
