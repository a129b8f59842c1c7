import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Drift, LoadName } from './support/load.js';
import { chooseMode, modes } from './support/modes.js';
import { weighingSwitches } from './support/weigh-heap.js';
import { root } from './support/workspace.js';

const isLong = process.env['UNFOLD_LONG'] === '1';
/** How often each load runs. */
const counts: Readonly<Record<LoadName, number>> = isLong
  ? { 'evaluations of a small graph': 100_000, 'training steps': 10_000, 'programs compiled and disposed of': 1000 }
  : { 'evaluations of a small graph': 1000, 'training steps': 100, 'programs compiled and disposed of': 100 };
/** Of the heap after a tenth. */
const mostHeapGrowth = 0.01;

const rows: string[] = [];
const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(3);
const rowOf = (mode: string, load: LoadName, { heap, device, buffers }: Drift): string =>
  `| \`${mode}\` | ${counts[load].toLocaleString('en')} ${load} | ${megabytes(heap[0])} to ${megabytes(heap[1])} MiB | ${heap[1] - heap[0]} bytes (${((100 * (heap[1] - heap[0])) / heap[0]).toFixed(3)} %) | ${device[0]} to ${device[1]} bytes | ${buffers[0]} to ${buffers[1]} |`;

/** A load in a process that has nothing else on its heap. @throws what it throws, in the message. */
async function driftUnder(mode: string, load: LoadName): Promise<Drift> {
  const { stdout } = await promisify(execFile)(process.execPath, [...weighingSwitches, join(import.meta.dirname, 'support/load-process.js'), mode, load, String(counts[load])]);
  return JSON.parse(stdout) as Drift;
}

describe('under load, the heap and the memory of the device are flat', () => {
  for (const mode of modes) {
    describe(`on ${mode.name}`, () => {
      before(async function () {
        await (await chooseMode(this, mode)).dispose();
      });

      for (const load of Object.keys(counts) as LoadName[]) {
        it(`${counts[load].toLocaleString('en')} ${load}`, async function () {
          this.timeout(isLong ? 1_800_000 : 60_000);
          const drift = await driftUnder(mode.name, load);
          rows.push(rowOf(mode.name, load, drift));
          expect(drift.device[1]).to.equal(drift.device[0]);
          expect(drift.buffers[1]).to.equal(drift.buffers[0]);
          expect(drift.heap[1] - drift.heap[0]).to.be.below(mostHeapGrowth * drift.heap[0]);
        });
      }
    });
  }

  after(() => {
    if (process.env['UNFOLD_SHOW'] === '1') console.log(rows.join('\n'));
    if (!isLong || process.env['UNFOLD_WRITE_DOCS'] !== '1') return;
    const path = join(root, 'docs/reliability.md');
    const [head, tail] = readFileSync(path, 'utf8').split(/<!-- rows -->[\s\S]*<!-- end -->/);
    writeFileSync(path, `${head}<!-- rows -->\n| mode | load | heap after a tenth, and after all | growth | device | buffers |\n| --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}\n<!-- end -->${tail}`);
  });
});
