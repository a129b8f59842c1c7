/** What one run of a case measured, by name of the metric; times in milliseconds. */
export type Sample = Readonly<Record<string, number>>;

/** One thing to measure. Runs in a process of its own, once a round. */
export interface BenchCase {
  readonly name: string;
  /** @throws Unavailable where this machine cannot run it. */
  measure(): Promise<Sample>;
}

/** The samples of each case in order of rounds, or why it did not run. */
export type Results = ReadonlyMap<string, readonly Sample[] | Refusal>;

export interface Refusal {
  readonly refused: string;
}

export interface Bench {
  /** Lower-case, as it is named on the command line. */
  readonly name: string;
  /** One line: what is measured, and of what. */
  readonly summary: string;
  readonly cases: readonly BenchCase[];
  /** How often each case runs. */
  readonly rounds: number;
  /** The results as text: tables, and what they say about the targets. */
  report(results: Results): string;
}

/** Thrown by a case that this machine cannot run; the reason is printed and recorded. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** The values of one metric over the rounds of a case; empty where it did not run. */
export function metric(results: Results, caseName: string, name: string): number[] {
  const samples = results.get(caseName);
  if (!samples || 'refused' in samples) return [];
  return samples.map((sample) => sample[name] ?? NaN);
}

/** A line for each reason why cases did not run. */
export function refusals(results: Results): string[] {
  const byReason = new Map<string, string[]>();
  for (const [name, samples] of results) {
    if ('refused' in samples) byReason.set(samples.refused, [...(byReason.get(samples.refused) ?? []), name]);
  }
  return [...byReason].map(([reason, names]) => `Not run: ${names.join('; ')}: ${reason}`);
}
