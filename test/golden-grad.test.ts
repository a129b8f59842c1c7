import { expect } from 'chai';
import type { Backend } from '@unfoldjs/core';
import { adapters } from './golden/adapters.js';
import { leftOutGradients } from './golden/left-out-gradients.js';
import { readGradients } from './golden/read.js';
import { runGradientCase } from './golden/run-gradient-case.js';
import { chooseMode, modes } from './support/modes.js';

const golden = readGradients();
const all = [...golden.values()].flat();

describe('golden gradients', () => {
  it('are all there', () => {
    expect(golden.size).to.equal(79);
    expect(all.length).to.equal(130);
    expect(new Set(all.map(({ id }) => id)).size).to.equal(130);
    expect(all.filter(({ ambiguous }) => ambiguous).length).to.equal(11);
  });

  it('each are of operations that have adapters', () => {
    for (const { of, program } of all) for (const op of program?.map((step) => step.op) ?? [of]) expect(adapters, op).to.have.property(op);
    for (const id of Object.keys(leftOutGradients)) expect(all.map((each) => each.id)).to.include(id);
  });

  for (const mode of modes) {
    describe(`on ${mode.name}`, () => {
      let backend: Backend;
      before(async function () {
        backend = await chooseMode(this, mode);
      });
      after(() => backend?.dispose());

      for (const [op, cases] of golden) {
        const run = cases.filter(({ id, ambiguous }) => !(id in leftOutGradients) && !ambiguous);
        if (run.length === 0) continue;
        it(`${op}: ${run.length} of ${cases.length}`, async () => {
          const problems: string[] = [];
          for (const each of run) {
            const problem = await runGradientCase(each, backend);
            if (problem) problems.push(`${each.id} (${each.source}): ${problem}`);
          }
          expect(problems).to.deep.equal([]);
        });
      }
    });
  }
});
