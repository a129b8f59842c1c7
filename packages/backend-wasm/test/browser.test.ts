import { join } from 'node:path';
import { setBackend, type DeviceInfo } from '@unfoldjs/core';
import { wasm, type WasmOptions } from '@unfoldjs/backend-wasm';
import { startBrowser, type PageOptions, type TestBrowser, type TestPage } from '@unfoldjs/test-support/browser';
import { suiteInPage } from '@unfoldjs/test-support/page-suite';
import { expect } from 'chai';
import type { trainWithTimer } from './support/page.js';
import { train } from './support/training.js';

const script = join(import.meta.dirname, 'support/page.js');
const steps = 4;

describe('in a browser', () => {
  let browser: TestBrowser | undefined;
  before(async function () {
    browser = await startBrowser(this);
  });
  after(() => browser?.close());

  /** Opens a page before the tests of a suite. */
  function inPage(options: Omit<PageOptions, 'script'>): () => TestPage {
    let page: TestPage | undefined;
    before(async () => void (page = await browser!.open({ ...options, script })));
    after(() => page?.close());
    return () => page!;
  }
  const open = (page: TestPage, options: WasmOptions): Promise<DeviceInfo> => page.call('open', options);
  const trainIn = (page: TestPage): ReturnType<typeof trainWithTimer> => page.call('trainWithTimer', steps);

  const ways = [
    { title: 'a page that is not isolated', isolated: false, threads: 1, reason: 'this page is not cross-origin isolated, so that threads cannot share memory' },
    { title: 'a cross-origin isolated page', isolated: true, threads: 2, reason: null },
  ] as const;
  for (const { title, isolated, threads, reason } of ways) {
    describe(title, () => {
      const page = inPage({ isolated });

      it('runs programs in a worker and says with how many threads', async () => {
        const { details, fallbackReason } = await open(page(), { threads: 2, precision: 'exact' });
        expect(details).to.include({ runsIn: 'a worker', threads });
        expect(fallbackReason).to.equal(reason);
      });

      suiteInPage(page, { runs: 5, arithmetic: 'ieee' });

      it('trains to the bits of Node, while its timers go on', async () => {
        await setBackend(wasm({ threads: 1, precision: 'exact', relaxedSimd: false }));
        const expected = await train(steps);
        await open(page(), { precision: 'exact', relaxedSimd: false });
        const { losses, ticks } = await trainIn(page());
        expect(losses).to.deep.equal(expected);
        // The first step compiles.
        expect(ticks.slice(1).every((count) => count > 0)).to.equal(true);
      });
    });
  }

  describe('a page that forbids workers', () => {
    const page = inPage({ isolated: false, policy: "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'" });

    it('runs programs in its own thread, and says so', async () => {
      const { details, fallbackReason } = await open(page(), { threads: 1, precision: 'exact' });
      expect(details).to.include({ runsIn: 'the thread that calls' });
      expect(fallbackReason).to.include('programs run in the thread that calls: the worker that runs programs is gone: it may not start here');
      expect((await trainIn(page())).losses).to.have.length(steps);
    });
  });
});
