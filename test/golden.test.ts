import { expect } from 'chai';
import type { Backend } from '@unfoldjs/core';
import { adapters, leftOutCases, leftOutOps } from './golden/adapters.js';
import { readGolden } from './golden/read.js';
import { runCase, whyUnfit } from './golden/run-case.js';
import { chooseMode, modes } from './support/modes.js';

const golden = readGolden();
const all = [...golden.values()].flat();

describe('golden cases', () => {
  it('are all there', () => {
    expect(golden.size).to.equal(156);
    expect(all.length).to.equal(703);
    expect(new Set(all.map(({ id }) => id)).size).to.equal(703);
  });

  it('each have an adapter, or a reason why their operation is left out', () => {
    for (const op of golden.keys()) expect(op in adapters !== op in leftOutOps, op).to.equal(true);
    for (const id of Object.keys(leftOutCases)) expect(all.map((each) => each.id)).to.include(id);
  });

  it('fit into the dtypes that they run as', () => {
    const unfit = all.filter(({ op }) => op in adapters).flatMap((each) => whyUnfit(each) ?? []);
    expect(unfit).to.deep.equal([]);
  });

  for (const mode of modes) {
    describe(`on ${mode.name}`, () => {
      let backend: Backend;
      before(async function () {
        backend = await chooseMode(this, mode);
      });
      after(() => backend?.dispose());

      for (const [op, cases] of golden) {
        const run = cases.filter(({ id, ambiguous }) => op in adapters && !(id in leftOutCases) && !ambiguous);
        if (run.length === 0) continue;
        it(`${op}: ${run.length} of ${cases.length}`, async () => {
          const problems: string[] = [];
          for (const each of run) {
            const problem = await runCase(each, backend);
            if (problem) problems.push(`${each.id} (${each.source}): ${problem}`);
          }
          expect(problems).to.deep.equal([]);
        });
      }
    });
  }
});
