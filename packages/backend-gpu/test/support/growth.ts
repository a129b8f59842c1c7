import { compile, evaluate, tensor, tidy, type Backend, type Tensor } from '@unfoldjs/core';
import { smallTraining } from '@unfoldjs/test-support/small-training';
import { deviceObjects } from './devices.js';

/** What a backend and its device hold. */
export interface Held {
  readonly live: number;
  readonly buffers: number;
  /** What lies on the device itself: buffers, or textures and programs; 0 where there are none to count. */
  readonly objects: number;
}

const heldBy = (backend: Backend): Held => {
  const { live, buffers } = backend.memory();
  return { live, buffers, objects: deviceObjects() };
};

const sumOf = (values: number[]): Promise<number | boolean> =>
  tidy(async (own) => {
    const total = own(own(tensor(values)).mul(2).sum());
    await evaluate(total);
    return total.item();
  });

/** The sum of as many ones, twice, by a program of its own that is gone afterwards. */
async function sumOfOnes(size: number): Promise<number | boolean> {
  const program = compile((x: Tensor) => x.mul(2).sum());
  const x = tensor(new Float32Array(size).fill(1));
  const total = await program(x);
  const sum = await total.item();
  for (const each of [x, total]) each.dispose();
  program.dispose();
  return sum;
}

function expectSum(found: number | boolean, sum: number): void {
  if (found !== sum) throw new Error(`a sum is ${found}, not ${sum}`);
}

/** One program many times, then many programs, each of a size of its own: what is held after half of either, and after all. @throws Error for a wrong sum */
export async function manyPrograms(backend: Backend, runs: number, programs: number, settledHeap: () => Promise<number>): Promise<{ runs: [Held, Held]; programs: [Held, Held]; heapGrowth: number }> {
  const halves = async (count: number, once: (i: number) => Promise<void>, atHalf?: () => Promise<void>): Promise<[Held, Held]> => {
    for (let i = 1; i <= count / 2; i++) await once(i);
    const half = heldBy(backend);
    await atHalf?.();
    for (let i = count / 2 + 1; i <= count; i++) await once(i);
    return [half, heldBy(backend)];
  };
  let heap = 0;
  return {
    runs: await halves(runs, async (i) => expectSum(await sumOf([i, 1]), 2 * i + 2)),
    programs: await halves(programs, async (i) => expectSum(await sumOfOnes(i), 2 * i), async () => void (heap = await settledHeap())),
    heapGrowth: (await settledHeap()) - heap,
  };
}

/** Steps of training a small net, what is held after a tenth as many to warm up, and after all of them. */
export async function training(backend: Backend, steps: number, settledHeap: () => Promise<number>): Promise<{ before: Held; after: Held; programs: number; heapGrowth: number }> {
  const net = smallTraining();
  await net.run(Math.ceil(steps / 10));
  const before = heldBy(backend);
  const heap = await settledHeap();
  await net.run(steps);
  const grown = { before, after: heldBy(backend), programs: net.programCount(), heapGrowth: (await settledHeap()) - heap };
  net.dispose();
  return grown;
}

/** Bytes on the heap; what is found to be garbage is taken away in later turns of the event loop only. */
export const settled = (heapUsed: () => number) => async (): Promise<number> => {
  for (let turn = 0; turn < 3; turn++) {
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return heapUsed();
};
