import type { SweepResult, TrialRecord } from '../sweep/records.js';
import type { Parameter } from '../sweep/space.js';
import { isPercent, numberText, paramText } from '../sweep/text.js';

/** A vertical axis of parallel coordinates. Heights are from 0, the bottom, to 1. */
export interface Axis {
  readonly name: string;
  readonly ticks: readonly { readonly height: number; readonly text: string }[];
  /** Where a trial meets it; null where it does not. */
  height(record: TrialRecord<unknown>): number | null;
}

/** An axis for each parameter, one for the budget where trials had several, and the objective, the best of it at the top. */
export function axesOf({ space, strategy, objective: { metric, direction }, trials }: SweepResult<unknown>): Axis[] {
  const params = Object.keys(space).map((name) => paramAxis(name, space[name]!));
  const budgets = [...new Set(trials.map(({ budget }) => budget))].filter((budget) => budget > 0);
  const budget = strategy.kind === 'asha' && budgets.length > 1 ? [numberAxis('budget', Math.min(...budgets), Math.max(...budgets), true, ({ budget: own }) => own || null, budgets)] : [];
  const values = trials.map(({ objective }) => objective).filter((value) => value !== null);
  const scale = isPercent(metric) ? 100 : 1;
  const [low, high] = [Math.min(...values) * scale, Math.max(...values) * scale];
  const along = numberAxis(isPercent(metric) ? `${metric}, %` : metric, low, high, isWide(low, high), ({ objective, status }) => (status === 'failed' || objective === null ? null : objective * scale));
  const last = direction === 'maximize' ? along : flipped(along);
  return [...params, ...budget, ...(values.length > 0 ? [last] : [])];
}

/** Losses of some trials are many times those of others. */
export const isWide = (low: number, high: number): boolean => low > 0 && high / low > 30;

function paramAxis(name: string, parameter: Parameter): Axis {
  const valueOf = ({ params }: TrialRecord<unknown>): unknown => (params as Readonly<Record<string, unknown>>)[name];
  if (parameter.kind !== 'choice') return numberAxis(name, parameter.low, parameter.high, parameter.kind === 'logUniform', (record) => valueOf(record) as number, parameter.kind === 'integer' ? wholeTicks(parameter.low, parameter.high) : undefined);
  const texts = parameter.values.map((value) => JSON.stringify(value));
  const heightOf = (i: number): number => (texts.length === 1 ? 0.5 : i / (texts.length - 1));
  return { name, ticks: parameter.values.map((value, i) => ({ height: heightOf(i), text: paramText(value) })), height: (record) => heightOf(texts.indexOf(JSON.stringify(valueOf(record)))) };
}

function numberAxis(name: string, low: number, high: number, isLog: boolean, valueOf: (record: TrialRecord<unknown>) => number | null, at?: readonly number[]): Axis {
  const along = isLog ? Math.log : (value: number) => value;
  const heightOf = (value: number): number => (high > low ? (along(value) - along(low)) / (along(high) - along(low)) : 0.5);
  const ticks = high > low ? (at ?? (isLog ? logTicks(low, high) : evenTicks(low, high))) : [low];
  return {
    name,
    ticks: ticks.map((value) => ({ height: heightOf(value), text: numberText(value) })),
    height(record) {
      const value = valueOf(record);
      return value === null ? null : heightOf(value);
    },
  };
}

const flipped = ({ name, ticks, height }: Axis): Axis => ({
  name,
  ticks: ticks.map(({ height: from, text }) => ({ height: 1 - from, text })),
  height(record) {
    const from = height(record);
    return from === null ? null : 1 - from;
  },
});

/** Steps of 1, 2 or 5 times a power of ten that give five or so. */
function evenTicks(low: number, high: number): number[] {
  const rough = (high - low) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough)!;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/** Powers of ten; between two of them also 2 and 5 where there are few. */
function logTicks(low: number, high: number): number[] {
  const factors = high / low > 200 ? [1] : [1, 2, 5];
  const from = Math.floor(Math.log10(low));
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, i) => 10 ** (from + i));
  return powers.flatMap((power) => factors.map((factor) => factor * power)).filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
}

const wholeTicks = (low: number, high: number): number[] | undefined => (high - low <= 10 ? Array.from({ length: high - low + 1 }, (_, i) => low + i) : undefined);
