import { formatTable } from '@unfoldjs/core';
import type { HostTensor } from '@unfoldjs/nn';
import { badFile } from './faults.js';

/** Numbers that sum to 1, in the proportions of their exponentials. */
export function softmaxOf(values: ArrayLike<number>): number[] {
  const most = Math.max(...Array.from(values));
  const powers = Array.from(values, (value) => Math.exp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** The `top` largest values as a table, with names of classes where there are any. */
export function rankingText(values: ArrayLike<number>, top: number, labels: readonly string[] | null): string {
  const order = Array.from(values, (value, index) => ({ value, index })).sort((a, b) => b.value - a.value || a.index - b.index);
  const rows = order.slice(0, top).map(({ value, index }, i) => [String(i + 1), String(index), ...(labels ? [labels[index]!] : []), value.toPrecision(6)]);
  return formatTable(['rank', 'class', ...(labels ? ['label'] : []), 'value'], rows);
}

/** @throws {UnfoldError} INVALID_FILE */
export function assertLabels(path: string, labels: readonly string[], classes: number): void {
  if (labels.length !== classes) throw badFile('run', path, `it has ${labels.length} lines, and the model has ${classes} classes.`, 'give one label a line, in the order of the classes.');
}

/** A few words about a tensor. */
export function tensorText(name: string, { dtype, shape, data }: HostTensor): string {
  let [low, high, sum] = [Infinity, -Infinity, 0];
  for (const value of data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
  }
  const spread = data.length === 0 ? '' : ` from ${Number(low.toPrecision(6))} to ${Number(high.toPrecision(6))}, mean ${Number((sum / data.length).toPrecision(6))}`;
  return `${name} ${dtype}[${shape.join(', ')}]${spread}`;
}
