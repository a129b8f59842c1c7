import { join } from 'node:path';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { softwareGpu, startBrowser, type TestBrowser, type TestPage } from '@unfoldjs/test-support/browser';
import { expect } from 'chai';
import { adapters, leftOutCases } from './golden/adapters.js';
import { leftOutGradients } from './golden/left-out-gradients.js';
import { readGolden, readGradients } from './golden/read.js';

const forward = [...readGolden()].map(([op, cases]) => [op, cases.filter(({ id, ambiguous }) => op in adapters && !(id in leftOutCases) && !ambiguous)] as const);
const gradients = [...readGradients()].map(([op, cases]) => [op, cases.filter(({ id, ambiguous }) => !(id in leftOutGradients) && !ambiguous)] as const);

describe('golden cases in pages', () => {
  let browser: TestBrowser | undefined;
  before(async function () {
    browser = await startBrowser(this, softwareGpu);
  });
  after(() => browser?.close());

  // WebGPU has its run in Node; the two versions of WebGL differ in their contexts only, and each takes most of a minute on software.
  for (const mode of process.env['UNFOLD_LONG'] === '1' ? ['webgl2', 'webgl'] : ['webgl2']) {
    describe(`on ${mode}`, () => {
      let page: TestPage | undefined;
      before(async function () {
        page = await browser!.open({ script: join(import.meta.dirname, 'support/golden-page.js'), isolated: false });
        try {
          await page.call('open', { mode });
        } catch (fault) {
          skip(this, { mode: `browser:${mode}`, reason: (fault as Error).message.split('\n')[0]! });
        }
        modeRuns(`browser:${mode}`);
      });
      after(() => page?.close());

      for (const [name, cases] of [['golden', forward], ['gradients', gradients]] as const) {
        for (const [op, some] of cases) {
          if (some.length === 0) continue;
          it(`${name}: ${op}, ${some.length}`, async () => {
            expect(await page!.call(name, some)).to.deep.equal([]);
          });
        }
      }
    });
  }
});
