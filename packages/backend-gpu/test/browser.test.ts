import { join } from 'node:path';
import type { DeviceInfo } from '@unfoldjs/core';
import type { GpuMode } from '@unfoldjs/backend-gpu';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { softwareGpu, startBrowser, type TestBrowser, type TestPage } from '@unfoldjs/test-support/browser';
import { suiteInPage } from '@unfoldjs/test-support/page-suite';
import { expect } from 'chai';

const modes: readonly GpuMode[] = ['webgpu', 'webgl2', 'webgl'];

describe('gpu.js in a browser', () => {
  let browser: TestBrowser | undefined;
  before(async function () {
    browser = await startBrowser(this, softwareGpu);
  });
  after(() => browser?.close());

  for (const mode of modes) {
    describe(`mode ${mode}`, () => {
      let page: TestPage | undefined;
      let device: DeviceInfo;
      before(async function () {
        page = await browser!.open({ script: join(import.meta.dirname, 'support/page.js'), isolated: false });
        try {
          device = await page.call('open', { mode });
        } catch (fault) {
          skip(this, { mode: `browser:${mode}`, reason: (fault as Error).message.split('\n')[0]! });
        }
        modeRuns(`browser:${mode}`);
      });
      after(async () => {
        await page?.call('dispose').catch(() => {});
        await page?.close();
      });

      it('runs what was asked for, and says on what', () => {
        expect(device.details['mode']).to.equal(mode);
        expect(device.label).to.include(mode);
        expect(device.kind).to.equal('gpu');
        expect(device.fallbackReason).to.match(/software|SwiftShader/i);
      });

      it('shares no kernel between operands of different sizes, which are built into it', async () => {
        expect(await page!.call('slicesOf', [6, 3, 40, 5, 7, 4])).to.deep.equal(new Array(6).fill([2, 3]));
      });

      for (const kind of ['convolutions', 'products']) {
        it(`gives several results a thread, those of the reference: ${kind}`, async () => {
          expect(await page!.call('tiledOf', kind, 20)).to.be.above(1);
        });
      }

      suiteInPage(() => page!, { runs: process.env['UNFOLD_LONG'] === '1' ? 50 : 3, arithmetic: 'shader' });
    });
  }
});
