import type { Section } from './report/section.js';
import type { Verdict } from './report/verdict.js';

/** What one turn of a case measured, by name of the metric; times in milliseconds. */
export type Sample = Readonly<Record<string, number>>;

/** What is worth knowing about a case beside its samples: the device that ran it, a version. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

/** A case made ready: each call takes one sample. */
export interface OpenCase {
  sample(): Promise<Sample>;
  readonly facts?: Facts;
}

/** One thing to measure, in a process of its own. */
export interface BenchCase {
  readonly name: string;
  /** Cases of one group have their processes open at the same time and take turns. Default: a case is alone. */
  readonly group?: string;
  /** The id of the engine that runs it, for `--engines`; absent where none is compared. */
  readonly engine?: string;
  /** True where `--quick` has it. */
  readonly quick?: boolean;
  /** Flags of Node for its process. */
  readonly execArgv?: readonly string[];
  /** @throws Unavailable where this machine cannot run it. */
  open(): Promise<OpenCase>;
}

/** A case that needs no preparation. */
export const measured = (name: string, sample: () => Promise<Sample>): BenchCase => ({ name, open: async () => ({ sample }) });

export interface Refusal {
  readonly refused: string;
}

/** A case that broke, or whose output was wrong. Nothing of it is reported. */
export interface Failure {
  readonly failed: string;
}

/** The samples of each case in order of rounds and turns, or why there are none. */
export type Results = ReadonlyMap<string, readonly Sample[] | Refusal | Failure>;

export interface Bench {
  /** Lower-case, as it is named on the command line. */
  readonly name: string;
  /** One line: what is measured, and of what. */
  readonly summary: string;
  readonly cases: readonly BenchCase[];
  /** How often each case gets a process. */
  readonly rounds: number;
  /** Samples that each process gives. Default 1. */
  readonly turns?: number;
  /** What the results say: tables, charts, and how they stand to the targets. */
  report(results: Results): readonly Section[];
  /** Every target that it measures, also where these results have nothing to judge it by. */
  verdicts?(results: Results): readonly Verdict[];
}

/** Thrown by a case that this machine cannot run; the reason is printed and recorded. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** The samples of a case; none where it did not run. */
export function samplesOf(results: Results, caseName: string): readonly Sample[] {
  const samples = results.get(caseName);
  return samples && Array.isArray(samples) ? samples : [];
}

/** The values of one metric over the turns of a case; empty where it did not run or measures no such thing. */
export function metric(results: Results, caseName: string, name: string): number[] {
  const samples = samplesOf(results, caseName);
  return samples.some((sample) => name in sample) ? samples.map((sample) => sample[name] ?? NaN) : [];
}

/** A line for each reason why cases did not run or failed. */
export function notRun(results: Results): string[] {
  const names = new Map<string, string[]>();
  for (const [name, result] of results) {
    if (!('refused' in result || 'failed' in result)) continue;
    const reason = 'refused' in result ? `Not run: $: ${result.refused}` : `Failed: $: ${result.failed}`;
    names.set(reason, [...(names.get(reason) ?? []), name]);
  }
  return [...names].map(([reason, cases]) => reason.replace('$', () => cases.join('; ')));
}
