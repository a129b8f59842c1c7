import type { JobError } from '../engine/job-engine.js';
import type { Asha } from './asha.js';
import type { EndedEntry, JournalEntry } from './journal.js';
import type { Space } from './space.js';
import type { CurvePoint, TravellingMetrics } from './trial.js';

/** The metric that a sweep is about, and whether less or more of it is better. */
export interface Objective {
  /** As the trial names it. */
  readonly metric: string;
  readonly direction: 'minimize' | 'maximize';
}

/** One trial of a sweep. */
export interface TrialRecord<Params> {
  /** Its number, from 0. */
  readonly trial: number;
  readonly params: Params;
  readonly seed: number;
  /** A trial that failed at a larger budget keeps what it measured at smaller ones, but is never the best. */
  readonly status: 'done' | 'failed';
  /** The largest budget that it has spent; 0 where it failed at the first. */
  readonly budget: number;
  /** The metric of the sweep at that budget; null where there is none. */
  readonly objective: number | null;
  /** All metrics at that budget; null for what is not finite. */
  readonly metrics: TravellingMetrics;
  /** By step, over all budgets. */
  readonly curve: readonly CurvePoint[];
  /** What workers spent on it. */
  readonly milliseconds: number;
  readonly error: JobError | null;
}

/** What a sweep found. Plain data: `JSON.stringify` keeps all of it. */
export interface SweepResult<Params> {
  readonly trial: string;
  readonly space: Space;
  readonly seed: number;
  /** With its budgets. */
  readonly strategy: Asha | { readonly kind: 'grid' | 'random'; readonly budget: number };
  readonly objective: Objective;
  /** Every trial that ended, the best first, by the objective at the largest budget that each has spent; those that failed last. */
  readonly trials: readonly TrialRecord<Params>[];
  /** The first of them; null where all failed. */
  readonly best: TrialRecord<Params> | null;
  /** `best.safetensors` of the sweep's folder; null where the best trial left no checkpoint. */
  readonly checkpoint: string | null;
}

/** What is made of a journal, beside it. */
export interface RecordSource<Params> {
  readonly objective: Objective;
  readonly budgets: readonly number[];
  readonly params: (trial: number) => Params;
  readonly seed: (trial: number) => number;
}

/** Why a trial that ended is a failure after all; null where it is none. */
export function objectiveError({ metric }: Objective, { metrics }: Pick<EndedEntry, 'metrics'>): JobError | null {
  const value = metrics[metric];
  if (value === undefined) return { code: 'INVALID_ARGUMENT', message: `the trial gave no metric \`${metric}\`; it gave: ${Object.keys(metrics).join(', ') || 'none'}.` };
  return value === null ? { code: 'NOT_FINITE', message: `its \`${metric}\` is not a finite number.` } : null;
}

/** Smaller is better. */
export const lossOf = ({ metric, direction }: Objective, { metrics }: Pick<EndedEntry, 'metrics'>): number => metrics[metric]! * (direction === 'minimize' ? 1 : -1);

/** Every trial of which something is known to have ended, the best first. */
export function recordsOf<Params>(entries: readonly JournalEntry[], source: RecordSource<Params>): TrialRecord<Params>[] {
  const { direction } = source.objective;
  const byTrial = new Map<number, JournalEntry[]>();
  for (const entry of entries) if (entry.event !== 'started') byTrial.set(entry.trial, [...(byTrial.get(entry.trial) ?? []), entry]);
  const sign = direction === 'minimize' ? 1 : -1;
  return [...byTrial]
    .map(([trial, own]) => recordOf(trial, own, source))
    .sort((a, b) => Number(a.status === 'failed') - Number(b.status === 'failed') || (a.status === 'done' ? sign * (a.objective! - b.objective!) : 0) || a.trial - b.trial);
}

function recordOf<Params>(trial: number, entries: readonly JournalEntry[], { objective, budgets, params, seed }: RecordSource<Params>): TrialRecord<Params> {
  const ended = entries.filter((entry) => entry.event === 'ended').sort((a, b) => a.rung - b.rung);
  const failed = entries.find((entry) => entry.event === 'failed');
  const last = ended.at(-1);
  // A trial that begins anew at a larger budget measures its first steps again.
  const curve = new Map(ended.flatMap((entry) => entry.curve).map((point) => [point.step, point]));
  return {
    trial,
    params: params(trial),
    seed: seed(trial),
    status: failed ? 'failed' : 'done',
    budget: last ? budgets[last.rung]! : 0,
    objective: last ? last.metrics[objective.metric]! : null,
    metrics: last?.metrics ?? {},
    curve: [...curve.values()].sort((a, b) => a.step - b.step),
    milliseconds: ended.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    error: failed?.error ?? null,
  };
}
