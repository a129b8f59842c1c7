/** The page of browser.test.ts. */
import { getBackend, setBackend, slice, tensor, type Backend } from '@unfoldjs/core';
import { gpu, type GpuMode } from '@unfoldjs/backend-gpu';
import { servePage } from '@unfoldjs/test-support/suite-page';
import { watchDevices } from './devices.js';
import { brokenKernel, lostDevice, strayError } from './faults.js';
import { manyPrograms, settled, training } from './growth.js';
import { stepsOf } from './ran-on.js';
import { takenOf, type SpecialForm } from './special-forms.js';

watchDevices();

// A page that is hidden gets no frames: none comes here, ever.
let framesAsked = 0;
Object.assign(globalThis, { requestAnimationFrame: () => ++framesAsked });

/** The second and third element of 1, 2, ... size. */
const secondAndThird = (size: number): Promise<unknown> => slice(tensor(Float32Array.from({ length: size }, (_, i) => i + 1)), [1], [2]).array();

const heapUsed = (): number => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize;

/** On a backend that holds nothing of the tests before. */
async function alone<T>(mode: GpuMode, use: (backend: Backend) => Promise<T>): Promise<T> {
  const shared = getBackend();
  const backend = await setBackend(gpu({ mode }));
  try {
    return await use(backend);
  } finally {
    await setBackend(shared);
    await backend.dispose();
  }
}

servePage(gpu, {
  takenOf: (kind: SpecialForm, runs: number) => takenOf(kind, getBackend(), runs),
  async slicesOf(sizes: readonly number[]) {
    const slices: unknown[] = [];
    for (const size of sizes) slices.push(await secondAndThird(size));
    return slices;
  },
  stepsOf: () => stepsOf(getBackend()),
  framesAsked: () => framesAsked,
  brokenKernel: () => brokenKernel(getBackend()),
  strayError: () => strayError(getBackend()),
  lostDevice: (mode: GpuMode) => lostDevice(mode),
  manyPrograms: (mode: GpuMode, runs: number, programs: number) => alone(mode, (backend) => manyPrograms(backend, runs, programs, settled(heapUsed))),
  training: (mode: GpuMode, steps: number) => alone(mode, (backend) => training(backend, steps, settled(heapUsed))),
});
