import { formatTable } from '@unfoldjs/core';
import type { SweepResult, TrialRecord } from './records.js';

/** Header and rows of the table of a sweep, as text. */
export function tableOf({ objective: { metric }, trials }: SweepResult<unknown>): { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const names = unique(trials.map(({ params }) => params as object));
  const others = unique(trials.map(({ metrics }) => metrics)).filter((name) => name !== metric);
  const row = (record: TrialRecord<unknown>): string[] => {
    const params = record.params as Readonly<Record<string, unknown>>;
    const status = record.error ? `failed: ${shortened(record.error.message.split('\n')[0]!, 60)}` : 'done';
    return [
      String(record.trial),
      valueText(metric, record.objective),
      ...others.map((name) => valueText(name, record.metrics[name])),
      ...names.map((name) => paramText(params[name])),
      String(record.budget),
      `${(record.milliseconds / 1000).toFixed(1)} s`,
      status,
    ];
  };
  return { header: ['trial', metric, ...others, ...names, 'budget', 'time', 'status'], rows: trials.map(row) };
}

/**
 * What was tried, as a table of plain text: the best first, those that failed last.
 *
 * @example
 * import { sweepTable } from '@unfoldjs/distributed';
 * const space = { rate: { kind: 'uniform', low: 0, high: 1 } } as const;
 * const trial = { trial: 3, params: { rate: 0.25 }, seed: 1, status: 'done', budget: 2, objective: 0.975, metrics: { accuracy: 0.975 }, curve: [], milliseconds: 1234, error: null } as const;
 * const table = sweepTable({ trial: 'digits', space, seed: 1, strategy: { kind: 'random', budget: 2 }, objective: { metric: 'accuracy', direction: 'maximize' }, trials: [trial], best: trial, checkpoint: null });
 * table.split('\n')[2]; // => '  3     | 97.50 %  | 0.25 | 2      | 1.2 s | done'
 */
export function sweepTable(result: SweepResult<unknown>): string {
  const { header, rows } = tableOf(result);
  return formatTable(header, rows);
}

/** Shares of 1 are shown in per cent, as reports of training show them. */
export const isPercent = (metric: string): boolean => /accuracy$/i.test(metric);

/** A metric as people read it. */
export function valueText(metric: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return '-';
  return isPercent(metric) ? `${(100 * value).toFixed(2)} %` : numberText(value);
}

export const paramText = (value: unknown): string => (typeof value === 'number' ? numberText(value) : typeof value === 'string' ? value : JSON.stringify(value));

/** Four digits, and no more where whole. */
export const numberText = (value: number): string => (Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : String(Number(value.toPrecision(4))));

const unique = (records: readonly object[]): string[] => [...new Set(records.flatMap((record) => Object.keys(record)))];

const shortened = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);
