/** The suite of mode webgpu by Node's own test runner: `npm run pack:device` takes it to machines that have a GPU and no packages. */
import { after, before, describe, it } from 'node:test';
import { setBackend, type Backend } from '@unfoldjs/core';
import { gpu } from '@unfoldjs/backend-gpu';
import { backendSuite, shaderAccuracy } from '@unfoldjs/backend-testkit';
import { provideWebGpu } from '@unfoldjs/test-support/webgpu';
import { watchDevices } from './support/devices.js';
import { expectNoGrowth } from './support/expect-no-growth.js';
import { brokenKernel, lostDevice } from './support/faults.js';
import { manyPrograms, settled, training } from './support/growth.js';
import { takenOf } from './support/special-forms.js';

await provideWebGpu();
watchDevices();

function assertEqual(found: unknown, wanted: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${a} instead of ${b}`);
}

/** On a backend that holds nothing of the tests before. */
async function alone(use: (backend: Backend) => Promise<void>): Promise<void> {
  const backend = await setBackend(gpu({ mode: 'webgpu' }));
  await use(backend);
  await backend.dispose();
}

describe('backend gpu, mode webgpu', () => {
  let backend: Backend;
  before(async () => {
    backend = await gpu({ mode: 'webgpu' }).open();
    await setBackend(backend);
    console.log(`on ${backend.device.label}`, backend.device.float32, backend.device.details);
  });
  after(() => backend.dispose());

  for (const kind of ['convolutions', 'products'] as const) {
    it(`gives several results a thread, those of the reference: ${kind}`, async () => {
      const tiled = await takenOf(kind, backend, 100);
      if (tiled < 10) throw new Error(`only ${tiled} of 100 programs took tiles`);
    });
  }
  it('computes where elements come from that were only moved, and reads those of the reference', async () => {
    const taken = await takenOf('moves', backend, 200);
    if (taken < 50) throw new Error(`only ${taken} of 200 programs read through moves`);
  });
  it('2000 programs leave nothing behind', () =>
    alone(async (own) => {
      const held = await manyPrograms(own, 1000, 2000, settled(() => process.memoryUsage().heapUsed));
      for (const [half, all] of [held.runs, held.programs]) expectNoGrowth(half, all);
      assertEqual(held.programs[1].buffers, 0);
    }));
  it('2000 steps of training leave nothing behind', () =>
    alone(async (own) => {
      const { before: start, after: end, programs } = await training(own, 2000, settled(() => process.memoryUsage().heapUsed));
      expectNoGrowth(start, end);
      assertEqual(programs, 1);
    }));
  it('a shader that does not compile names its step', async () => {
    const { refusal, after: next } = await brokenKernel(backend);
    assertEqual([refusal?.code, refusal?.op, next], ['BACKEND_FAILED', 'slice', [2, 4, 6]]);
  });
});

backendSuite({ describe, it, before, after, backend: gpu({ mode: 'webgpu' }), runs: 50, accuracy: shaderAccuracy });

describe('a lost device', () => {
  it('is said by everything that needs it, and another takes its place', async () => {
    const { running, reading, uploading, again, onNext } = await lostDevice('webgpu');
    assertEqual([running?.code, reading?.code, uploading?.code, again, onNext], ['DEVICE_LOST', 'DEVICE_LOST', 'DEVICE_LOST', [3, 6, 9], [3, 6, 9]]);
  });
  // Dawn holds the process.
  after(() => void setTimeout(() => process.exit(), 1000).unref());
});
