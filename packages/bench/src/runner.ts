import type { Bench, BenchCase, Facts, Failure, Refusal, Results, Sample } from './bench.js';

/** A case whose process is open. */
export interface RunningCase {
  readonly facts: Facts;
  /** Refused where only the sample itself finds out that this machine has no such thing. */
  sample(): Promise<Sample | Refusal | Failure>;
  close(): Promise<void>;
}

/** Opens a case of a bench somewhere else. */
export type OpenCaseElsewhere = (bench: Bench, benchCase: BenchCase) => Promise<RunningCase | Refusal | Failure>;

export interface RunOptions {
  readonly rounds?: number;
  readonly turns?: number;
  readonly open: OpenCaseElsewhere;
  /** Told before a case is opened in each round. */
  readonly onCase?: (done: number, total: number, name: string) => void;
  /** Told what a case says of itself. */
  readonly onFacts?: (name: string, facts: Facts) => void;
}

/** Starts one further for each turn, so that no one always follows the same other. */
const rotated = <T>(items: readonly T[], by: number): T[] => items.map((_, i) => items[(i + by) % items.length]!);

/** Cases by their group, in order; one that has none is a group of its own. */
function groupsOf(cases: readonly BenchCase[]): BenchCase[][] {
  const groups = new Map<unknown, BenchCase[]>();
  for (const benchCase of cases) {
    const key = benchCase.group ?? benchCase;
    groups.set(key, [...(groups.get(key) ?? []), benchCase]);
  }
  return [...groups.values()];
}

/**
 * Runs the cases of a bench in rounds of fresh processes. The cases of a group are open together and take turns, one sample each,
 * so that the samples with the same index were taken within moments of each other. One that is refused or fails runs no more, and
 * keeps no sample.
 */
export async function runBench(bench: Bench, { rounds = bench.rounds, turns = bench.turns ?? 1, open, onCase, onFacts }: RunOptions): Promise<Results> {
  const samples = new Map<string, Sample[]>(bench.cases.map(({ name }) => [name, []]));
  const ended = new Map<string, Refusal | Failure>();
  const groups = groupsOf(bench.cases);
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    for (const group of rotated(groups, round)) {
      const running = new Map<string, RunningCase>();
      try {
        for (const benchCase of rotated(group, round)) {
          const { name } = benchCase;
          onCase?.(done++, rounds * bench.cases.length, name);
          if (ended.has(name)) continue;
          const opened = await open(bench, benchCase);
          if ('sample' in opened) {
            running.set(name, opened);
            onFacts?.(name, opened.facts);
          } else ended.set(name, opened);
        }
        for (let turn = 0; turn < turns; turn++) {
          for (const [name, { sample }] of rotated([...running], turn)) {
            if (ended.has(name)) continue;
            const result = await sample();
            if (isFailure(result) || isRefusal(result)) ended.set(name, result);
            else samples.get(name)!.push(result);
          }
        }
      } finally {
        await Promise.all([...running.values()].map(({ close }) => close()));
      }
    }
  }
  return new Map(bench.cases.map(({ name }) => [name, ended.get(name) ?? samples.get(name)!]));
}

export const isFailure = (result: object): result is Failure => typeof (result as Partial<Failure>).failed === 'string';

export const isRefusal = (result: object): result is Refusal => typeof (result as Partial<Refusal>).refused === 'string';
