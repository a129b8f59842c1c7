import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setBackend, type Backend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { differenceOf, missing, nodeTests, resultsOf, type NodeTest } from './support/node-tests.js';
import { onnxPage } from './support/onnx-page.js';
import { skippedNodeTests, skipReasonOf } from './support/skipped-node-tests.js';

const page = fileURLToPath(new URL('../../../docs/onnx.md', import.meta.url));

/** The ways of running a test: constants take the arithmetic that is done before a graph runs, and parameters. */
const ways = {
  'on cpu': { open: () => cpu(), areConstants: false },
  'on wasm': { open: () => wasm({ precision: 'exact' }), areConstants: false },
  'on cpu, with constants for inputs': { open: () => cpu(), areConstants: true },
};

async function differencesOf(test: NodeTest, areConstants: boolean): Promise<string[]> {
  const found: string[] = [];
  for (const { inputs, outputs } of test.sets()) {
    const results = await resultsOf(test, inputs, areConstants);
    expect(results).to.have.length(outputs.length);
    for (const [i, output] of outputs.entries()) found.push(...(await differenceOf(results[i]!, output)));
  }
  return found;
}

describe('the tests of ONNX', () => {
  before(function () {
    if (missing) skip(this, { mode: 'onnx-testdata', reason: missing });
    modeRuns('onnx-testdata');
  });

  const tests = nodeTests();
  for (const [way, { open, areConstants }] of Object.entries(ways)) {
    describe(way, () => {
      let backend: Backend;
      before(async () => (backend = await setBackend(open())));
      after(() => backend.dispose());
      if (missing) it('pass', () => expect(tests).not.to.deep.equal([]));
      for (const test of tests.filter(({ name }) => skipReasonOf(name) === null)) {
        it(`${test.name} passes`, async () => expect(await differencesOf(test, areConstants)).to.deep.equal([]));
      }
    });
  }

  it('that are left out are there, and would not pass', async () => {
    const backend = await setBackend(cpu());
    for (const name of Object.values(skippedNodeTests).flat()) {
      const test = tests.find((each) => each.name === name);
      expect(test, name).not.to.equal(undefined);
      const problems = await differencesOf(test!, false).catch((fault: Error) => [fault.message]);
      expect(problems, name).not.to.deep.equal([]);
    }
    await backend.dispose();
  });

  it('are counted in docs/onnx.md (UNFOLD_WRITE_DOCS=1 writes it)', () => {
    const old = readFileSync(page, 'utf8');
    const now = onnxPage(old, tests);
    if (process.env['UNFOLD_WRITE_DOCS'] === '1') writeFileSync(page, now);
    expect(readFileSync(page, 'utf8')).to.equal(now);
  });
});
