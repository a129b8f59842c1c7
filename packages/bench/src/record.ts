import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '@unfoldjs/measure';
import type { Bench, Facts, Results, Sample } from './bench.js';

/** A run of a bench: every sample, and where it was taken. */
export interface Run {
  readonly bench: string;
  /** ISO 8601. */
  readonly date: string;
  readonly commit: string;
  readonly machine: Machine;
  /** What cases said of themselves, by name. */
  readonly facts: Readonly<Record<string, Facts>>;
  readonly results: Results;
}

/** What ran, without the results. */
export const describeRun = (bench: Bench, machine: Machine, date = new Date()): Omit<Run, 'facts' | 'results'> => ({ bench: bench.name, date: date.toISOString(), commit: commit(), machine });

/** Writes a run: `<folder>/<time>-<bench>.json`. Gives the path. */
export function writeRun(folder: string, run: Run): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${run.date.replaceAll(':', '-').slice(0, 19)}-${run.bench}.json`);
  writeFileSync(path, `${JSON.stringify({ ...run, results: Object.fromEntries(run.results) }, null, 2)}\n`);
  return path;
}

/** Reads what `writeRun` wrote. */
export function readRun(path: string): Run {
  const { results, ...run } = JSON.parse(readFileSync(path, 'utf8')) as Omit<Run, 'results'> & { results: Record<string, readonly Sample[]> };
  return { ...run, results: new Map(Object.entries(results)) };
}

/** The commit measured, with a mark where files differ from it; `unknown` outside of a repository. */
function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=12'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
