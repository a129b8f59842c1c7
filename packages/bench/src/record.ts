import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '@unfoldjs/measure';
import type { Bench, Results } from './bench.js';

/** Writes every sample of a run with the machine it was taken on: `<folder>/<time>-<bench>.json`. Gives the path. */
export function record(folder: string, bench: Bench, results: Results, machine: Machine, date = new Date()): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${date.toISOString().replaceAll(':', '-').slice(0, 19)}-${bench.name}.json`);
  const content = { bench: bench.name, summary: bench.summary, date: date.toISOString(), commit: commit(), machine, results: Object.fromEntries(results) };
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
  return path;
}

/** The commit measured, with a mark where files differ from it; `unknown` outside of a repository. */
function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=12'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
