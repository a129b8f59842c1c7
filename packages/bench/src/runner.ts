import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Bench, Refusal, Results, Sample } from './bench.js';

/** What a child says about its case. */
export type ChildMessage = { readonly sample: Sample } | Refusal | { readonly failed: string };

/** Measures one case of a bench somewhere else. */
export type RunCase = (bench: Bench, caseName: string) => Promise<ChildMessage>;

const childFile = fileURLToPath(new URL('./child.js', import.meta.url));

/** One case in a fresh process, so that no case finds the code, the heap or the caches of another. */
export const runInChild =
  (execArgv: readonly string[] = []): RunCase =>
  (bench, caseName) =>
    new Promise((resolve) => {
      const child = fork(childFile, [bench.name, caseName], { execArgv: ['--expose-gc', ...execArgv], stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
      let complaint = '';
      child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk));
      child.on('message', (message) => resolve(message as ChildMessage));
      child.on('error', (error) => resolve({ failed: error.message }));
      child.on('close', (code, signal) => resolve({ failed: `the process ended with ${signal ?? code} and no result. ${complaint.trim()}` }));
    });

export interface RunOptions {
  readonly rounds?: number;
  readonly runCase?: RunCase;
  /** Told before each child. */
  readonly onCase?: (done: number, total: number, name: string) => void;
}

/**
 * Runs the cases of a bench in rounds of one child each, starting one case further each round. A case that is refused runs no more.
 *
 * @throws Error where a child fails: a bench with a broken case reports nothing.
 */
export async function runBench(bench: Bench, { rounds = bench.rounds, runCase = runInChild(), onCase }: RunOptions = {}): Promise<Results> {
  const samples = new Map<string, Sample[]>(bench.cases.map(({ name }) => [name, []]));
  const refused = new Map<string, Refusal>();
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < bench.cases.length; turn++) {
      const { name } = bench.cases[(round + turn) % bench.cases.length]!;
      if (refused.has(name)) continue;
      onCase?.(round * bench.cases.length + turn, rounds * bench.cases.length, name);
      const message = await runCase(bench, name);
      if ('failed' in message) throw new Error(`${bench.name}: ${name} failed.\n${message.failed}`);
      if ('refused' in message) refused.set(name, message);
      else samples.get(name)!.push(message.sample);
    }
  }
  return new Map(bench.cases.map(({ name }) => [name, refused.get(name) ?? samples.get(name)!]));
}
