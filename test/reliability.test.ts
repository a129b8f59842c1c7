import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setBackend, type Backend } from '@unfoldjs/core';
import { skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { loads, type Drift } from './support/load.js';
import { modes } from './support/modes.js';
import { root } from './support/workspace.js';

const isLong = process.env['UNFOLD_LONG'] === '1';
/** How often each load runs. */
const counts: Readonly<Record<string, number>> = isLong
  ? { 'evaluations of a small graph': 100_000, 'training steps': 10_000, 'programs compiled and disposed of': 1000 }
  : { 'evaluations of a small graph': 1000, 'training steps': 100, 'programs compiled and disposed of': 30 };
/** Of the heap after a tenth; in short runs what is compiled meanwhile weighs more, and bytes are told instead: two thousand for an evaluation would pass them. */
const mostHeapGrowth = 0.01;
/** Two weighings of one heap differ by so much. */
const heapNoise = 300_000;
const mostShortGrowth = 2_000_000;

const rows: string[] = [];
const megabytes = ([first, last]: readonly [number, number]): string => `${(first / 2 ** 20).toFixed(2)} to ${(last / 2 ** 20).toFixed(2)} MiB`;
const rowOf = (mode: string, what: string, { heap, device, buffers }: Drift): string =>
  `| \`${mode}\` | ${counts[what]!.toLocaleString('en')} ${what} | ${megabytes(heap)} (${((100 * (heap[1] - heap[0])) / heap[0]).toFixed(2)} %) | ${device[0]} to ${device[1]} bytes | ${buffers[0]} to ${buffers[1]} |`;

describe('under load, the heap and the memory of the device are flat', () => {
  for (const { name, open } of modes) {
    describe(`on ${name}`, () => {
      let backend: Backend;
      before(async function () {
        const opened = await open();
        if ('refusal' in opened) skip(this, { mode: name, reason: opened.refusal });
        backend = await setBackend(opened.backend);
      });
      after(() => backend?.dispose());

      for (const [what, run] of Object.entries(loads)) {
        it(`${counts[what]!.toLocaleString('en')} ${what}`, async function () {
          this.timeout(1_800_000);
          const drift = await run(backend, counts[what]!);
          rows.push(rowOf(name, what, drift));
          expect(drift.device[1]).to.equal(drift.device[0]);
          expect(drift.buffers[1]).to.be.at.most(drift.buffers[0]);
          expect(drift.heap[1] - drift.heap[0]).to.be.below(isLong ? mostHeapGrowth * drift.heap[0] + heapNoise : mostShortGrowth);
        });
      }
    });
  }

  after(() => {
    if (!isLong || process.env['UNFOLD_WRITE_DOCS'] !== '1') return;
    const path = join(root, 'docs/reliability.md');
    const [head, tail] = readFileSync(path, 'utf8').split(/<!-- rows -->[\s\S]*<!-- end -->/);
    writeFileSync(path, `${head}<!-- rows -->\n| mode | load | heap after a tenth, and after all | device | buffers |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n<!-- end -->${tail}`);
  });
});
