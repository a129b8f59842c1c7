import { join } from 'node:path';
import type { DeviceInfo, StepInfo } from '@unfoldjs/core';
import type { GpuMode } from '@unfoldjs/backend-gpu';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { softwareGpu, startBrowser, type TestBrowser, type TestPage } from '@unfoldjs/test-support/browser';
import { suiteInPage } from '@unfoldjs/test-support/page-suite';
import { expect } from 'chai';
import type { brokenKernel, lostDevice, strayError } from './support/faults.js';
import { expectAsDocumented } from './support/documented.js';
import { compiledCode, expectNoGrowth, mostOfProgram } from './support/expect-no-growth.js';
import type { manyPrograms, training } from './support/growth.js';

const modes: readonly GpuMode[] = ['webgpu', 'webgl2', 'webgl'];
const isLong = process.env['UNFOLD_LONG'] === '1';
const [programs, steps] = isLong ? [2000, 2000] : [60, 60];

describe('gpu.js in a browser', () => {
  let browser: TestBrowser | undefined;
  before(async function () {
    browser = await startBrowser(this, [...softwareGpu, '--enable-precise-memory-info', '--js-flags=--expose-gc']);
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

      it('keeps of numbers what docs/conformance.md says', () => expectAsDocumented(device, mode, 'Chromium'));

      it('every step tells on what it ran, and how', async () => {
        const steps = await page!.call<readonly StepInfo[]>('stepsOf');
        expect(steps.length).to.be.above(1);
        for (const { ranOn } of steps) expect(ranOn).to.equal(`gpu.js ${mode}, a chain of kernels`);
      });

      it('shares no kernel between operands of different sizes, which are built into it', async () => {
        expect(await page!.call('slicesOf', [6, 3, 40, 5, 7, 4])).to.deep.equal(new Array(6).fill([2, 3]));
      });

      for (const kind of ['convolutions', 'products']) {
        it(`gives several results a thread, those of the reference: ${kind}`, async () => {
          expect(await page!.call('takenOf', kind, 20)).to.be.above(1);
        });
      }

      it('computes where elements come from that were only moved, and reads those of the reference', async () => {
        expect(await page!.call('takenOf', 'moves', 60)).to.be.above(20);
      });

      it(`1000 runs and ${programs} programs leave nothing behind, on the device neither`, async () => {
        const held = await page!.call<Awaited<ReturnType<typeof manyPrograms>>>('manyPrograms', mode, 1000, programs);
        for (const [half, all] of [held.runs, held.programs]) expectNoGrowth(half, all);
        expect(held.heapGrowth).to.be.below(compiledCode + (programs / 2) * mostOfProgram);
        expect(held.programs[1].objects).to.be.above(0);
        expect(held.programs[1].buffers).to.equal(0);
      });

      it(`${steps} steps of training leave nothing behind, and the heap is flat`, async () => {
        const grown = await page!.call<Awaited<ReturnType<typeof training>>>('training', mode, steps);
        expect(grown.programs).to.equal(1);
        expectNoGrowth(grown.before, grown.after);
        expect(grown.heapGrowth).to.be.below(compiledCode);
      });

      it('a shader that does not compile names its step and carries its source, and the console stays quiet', async () => {
        const { refusal, written, after } = await page!.call<Awaited<ReturnType<typeof brokenKernel>>>('brokenKernel');
        expect(refusal).to.include({ code: 'BACKEND_FAILED', op: 'slice' });
        expect(refusal!.source).to.match(/^function \(a0\) \{/);
        expect(written).to.deep.equal([]);
        expect(after).to.deep.equal([2, 4, 6]);
      });

      it('what the device reports on its own is thrown by the next call, and the one after it runs', async function () {
        const stray = await page!.call<Awaited<ReturnType<typeof strayError>>>('strayError');
        if (!stray) skip(this, `${mode} reports errors only when it is asked`);
        expect(stray.refusal!.code).to.equal('BACKEND_FAILED');
        expect(stray.after).to.deep.equal([2, 3, 4]);
      });

      suiteInPage(() => page!, { runs: isLong ? 50 : 3, arithmetic: 'shader' });

      // Suites run in order, and after all tests beside them.
      describe('in the end', () => {
        it('has asked for no animation frame: none comes to a page that is hidden', async () => {
          expect(await page!.call('framesAsked')).to.equal(0);
        });

        it('a lost device is said by everything that needs it, and another takes its place', async () => {
          const { running, reading, uploading, again, next, onNext, written } = await page!.call<Awaited<ReturnType<typeof lostDevice>>>('lostDevice', mode);
          for (const refusal of [running, reading, uploading]) {
            expect(refusal!.code).to.equal('DEVICE_LOST');
            expect(refusal!.problem).to.include('lost');
          }
          expect(again).to.deep.equal([3, 6, 9]);
          expect(next).to.equal('cpu');
          expect(onNext).to.deep.equal([3, 6, 9]);
          expect(written).to.deep.equal([]);
        });
      });
    });
  }
});
