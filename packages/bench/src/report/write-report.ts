import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.js';
import { readRun } from '../record.js';
import { benchmarksOf, type TakenRun } from './benchmarks.js';
import { asMarkdown } from './markdown.js';
import { asPage } from './page.js';

/** The newest run of each bench in a folder. Names begin with the time: the last of them is the newest. */
export function newestRuns(folder: string, benches: readonly Bench[]): TakenRun[] {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return benches.flatMap((bench): TakenRun[] => {
    const name = names.findLast((each) => /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-/.test(each) && each.slice(20) === `${bench.name}.json`);
    return name === undefined ? [] : [{ bench, run: readRun(join(folder, name)) }];
  });
}

/**
 * Writes `benchmarks.md` and `benchmarks.html` from the newest run of each bench. Gives their paths.
 *
 * @throws Error where there is no run.
 */
export function writeReport(from: string, to: string, benches: readonly Bench[]): string[] {
  const benchmarks = benchmarksOf(newestRuns(from, benches), benches);
  mkdirSync(to, { recursive: true });
  return Object.entries({ 'benchmarks.md': asMarkdown(benchmarks), 'benchmarks.html': asPage(benchmarks) }).map(([name, text]) => {
    const path = join(to, name);
    writeFileSync(path, text);
    return path;
  });
}
