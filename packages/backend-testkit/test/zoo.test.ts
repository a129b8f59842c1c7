import { expect } from 'chai';
import { cpu } from '@unfoldjs/backend-cpu';
import { ConformanceError, ieeeAccuracy, runCase, sections, type CaseContext } from '@unfoldjs/backend-testkit';
import type { Backend } from '@unfoldjs/core';
import { takingBackend } from '@unfoldjs/test-support';
import { zoo } from './zoo.js';

const contextOf = (backend: Backend, open: () => Backend | Promise<Backend>): CaseContext => ({
  backend,
  open: async () => open(),
  runs: 25,
  seed: 7,
  path: undefined,
  largest: 4099,
  accuracy: ieeeAccuracy,
  leaveOut: () => undefined,
});

/** The cases of a section that fail, with their messages. */
async function failures(sectionName: string, open: () => Backend | Promise<Backend>): Promise<{ title: string; message: string }[]> {
  const section = sections().find(({ name }) => name === sectionName)!;
  const context = contextOf(await open(), open);
  const found: { title: string; message: string }[] = [];
  for (const each of section.cases) {
    try {
      await runCase(section, each, context);
    } catch (error) {
      expect(error, `${each.title} threw something else`).to.be.instanceOf(ConformanceError);
      found.push({ title: each.title, message: (error as Error).message });
    }
  }
  return found;
}

describe('the conformance kit', function () {
  this.timeout(60_000);
  for (const { name } of sections()) {
    it(`finds nothing to complain of in the reference backend: ${name}`, async () => {
      expect(await failures(name, () => cpu().open())).to.deep.equal([]);
    });
  }

  it('finds nothing to complain of in a backend that takes what is donated: contract', async () => {
    expect(await failures('contract', () => takingBackend())).to.deep.equal([]);
  });

  for (const { fault, open, section, finding } of zoo) {
    it(`finds, in its section "${section}": ${fault}`, async () => {
      const found = await failures(section, open);
      const titles = found.map(({ title }) => title);
      expect(titles.filter((title) => finding.test(title)), `failing: ${titles.join('; ') || 'nothing'}`).to.not.be.empty;
      for (const { message } of found) expect(message).to.match(/\n {2}replay: UNFOLD_REPLAY='/);
    });
  }
});
