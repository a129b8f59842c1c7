import type { OpenCaseElsewhere } from '../src/runner.js';
import type { Results, Sample } from '../src/bench.js';
import type { Section } from '../src/report/section.js';
import { expect } from 'chai';
import { asText } from '../src/report/text.js';

export const resultsOf = (entries: Record<string, readonly Sample[] | { refused: string } | { failed: string }>): Results => new Map(Object.entries(entries));

/** Samples of one metric. */
export const times = (metric: string, ...values: number[]): Sample[] => values.map((ms) => ({ [metric]: ms, firstMs: 2 * ms, peakRss: 2 ** 20, error: 1e-7 }));

/** The cells of the first row that begins with a name. */
export function row(report: readonly Section[], name: string): string[] {
  const text = asText(report);
  const line = text.split('\n').find((each) => each.trimStart().startsWith(name));
  expect(line, `no row ${name} in\n${text}`).to.be.a('string');
  return line!.trim().split(/\s{2,}/);
}

/** Opens cases in this process; `sample` gives what each turn measures. */
export const openHere =
  (sample: (name: string) => Sample | { failed: string } | { refused: string }, refused: Record<string, string> = {}, log: string[] = []): OpenCaseElsewhere =>
  async (_, { name }) => {
    log.push(`open ${name}`);
    if (refused[name]) return { refused: refused[name]! };
    return { facts: { name }, sample: async () => (log.push(name), sample(name)), close: async () => void log.push(`close ${name}`) };
  };
