import type { Section } from './section.js';

/** How a run stands to something that this project set out to reach. */
export interface Verdict {
  readonly target: string;
  /** What was measured, with its unit; empty where nothing was. */
  readonly measured: string;
  /** Null where it was not measured; then `note` says why. */
  readonly reached: boolean | null;
  readonly note?: string;
}

/** A verdict on a value that must be below a limit; `value` is NaN where nothing was measured. */
export const under = (target: string, value: number, limit: number, format: (value: number) => string): Verdict =>
  Number.isNaN(value) ? { target, measured: '', reached: null } : { target, measured: format(value), reached: value < limit };

/** A verdict on a value that must reach a limit; `value` is NaN where nothing was measured. */
export const atLeast = (target: string, value: number, limit: number, format: (value: number) => string): Verdict =>
  Number.isNaN(value) ? { target, measured: '', reached: null } : { target, measured: format(value), reached: value >= limit };

const verdictWord = ({ reached }: Pick<Verdict, 'reached'>): string => (reached === null ? 'not measured' : reached ? 'reached' : 'not reached');

/** Verdicts as a table, of several benches where `benches` names the bench of each. */
export function verdictSection(verdicts: readonly Verdict[], benches?: readonly string[]): Section {
  const count = (reached: boolean | null): number => verdicts.filter((verdict) => verdict.reached === reached).length;
  const rows = verdicts.map((verdict, i) => [...(benches ? [benches[i]!] : []), verdict.target, verdict.measured, verdictWord(verdict), verdict.note ?? '']);
  return {
    title: 'Targets',
    table: { header: [...(benches ? ['bench'] : []), 'target', 'measured', 'verdict', ''], rows },
    notes: [`${count(true)} reached, ${count(false)} not reached, ${count(null)} not measured.`],
  };
}
