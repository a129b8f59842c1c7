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

export const verdictWord = ({ reached }: Pick<Verdict, 'reached'>): string => (reached === null ? 'not measured' : reached ? 'reached' : 'not reached');
