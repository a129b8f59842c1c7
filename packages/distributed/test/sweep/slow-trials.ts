import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { defineTrial } from '@unfoldjs/distributed';

/** Takes a while, and writes down each budget that it has run up to: into a file, as its process may be killed. */
export const slow = defineTrial({
  name: 'slow',
  async run({ x, log }: { x: number; log: string }, { trial, budget, resumeFrom, report }) {
    let steps = resumeFrom ? resumeFrom[0]! : 0;
    while (steps < budget) {
      await setTimeout(40);
      await report(++steps, { loss: Math.abs(x) + 1 / steps });
    }
    appendFileSync(log, `trial-${trial}-rung-${Math.log2(budget)}\n`);
    return { metrics: { loss: Math.abs(x) + 1 / steps }, checkpoint: Uint8Array.of(steps, trial) };
  },
});
