import { expect } from 'chai';
import type { Held } from './growth.js';

/** gpu.js reads through buffers that it keeps, one more where two readings happen to overlap: not one for each run. */
const mostPooled = 4;

/** Bytes. Code that is compiled meanwhile is on the heap as well, whatever the number of runs. */
export const compiledCode = 500_000;

/** Bytes: a size that was not seen before stays in tables of the core. A program of gpu.js that stays behind is a hundred thousand. */
export const mostOfProgram = 4000;

/** What is held later is what was held before. */
export function expectNoGrowth(before: Held, after: Held): void {
  expect(after).to.include({ live: before.live, buffers: before.buffers });
  expect(after.objects - before.objects).to.be.at.most(mostPooled);
}
