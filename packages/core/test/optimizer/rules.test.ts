import { expect } from 'chai';
import { passesFor, ruleNotes } from '@unfoldjs/core/rules';
import { ruleLaws } from './rule-laws.js';

describe('the rules of the optimizer', () => {
  it('all have notes, and so their laws below; each has a name of its own and a reason', () => {
    const rules = new Set(passesFor({ level: 2 }).flatMap((pass) => pass.rules));
    expect(
      [...rules].filter((rule) => !ruleNotes.some((notes) => notes.rule === rule)).map(({ name }) => name),
    ).to.deep.equal([]);
    expect(new Set([...rules].map(({ name }) => name)).size).to.equal(rules.size);
    for (const { because } of ruleNotes) expect(because).to.match(/^[^.]{20,}$/);
  });

  for (const notes of ruleNotes) describe(`rule ${notes.rule.name}`, () => ruleLaws(notes));
});
