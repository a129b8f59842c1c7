import { join } from 'node:path';
import type { DeviceInfo } from '@unfoldjs/core';
import type { GpuMode } from '@unfoldjs/backend-gpu';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { startBrowser, type TestBrowser, type TestPage } from '@unfoldjs/test-support/browser';
import { suiteInPage } from '@unfoldjs/test-support/page-suite';
import { expect } from 'chai';

/** Chromium's own software for both kinds of GPU interfaces, so that tests do not depend on the machine's driver. */
const software = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

const modes: readonly GpuMode[] = ['webgpu', 'webgl2', 'webgl'];

describe('gpu.js in a browser', () => {
  let browser: TestBrowser | undefined;
  before(async function () {
    browser = await startBrowser(this, software);
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

      for (const kind of ['convolutions', 'products']) {
        it(`gives several results a thread, those of the reference: ${kind}`, async () => {
          expect(await page!.call('tiledOf', kind, 30)).to.be.above(2);
        });
      }

      suiteInPage(() => page!, { runs: 5, arithmetic: 'shader' });
    });
  }
});
