import { expect } from 'chai';
import type { Held } from './growth.js';

/** gpu.js reads through buffers that it keeps, one more where two readings happen to overlap: not one for each run. */
const mostPooled = 4;

/** What is held later is what was held before. */
export function expectNoGrowth(before: Held, after: Held): void {
  expect(after).to.include({ live: before.live, buffers: before.buffers });
  expect(after.objects - before.objects).to.be.at.most(mostPooled);
}
