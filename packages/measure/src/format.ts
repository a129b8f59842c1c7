import type { Summary } from './statistics.js';

/** A number with three digits that count: `1.23e-5`, `0.0123`, `4.56`, `78.9`, `1234`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  if (Math.abs(value) < 1e-3) return value.toExponential(2);
  return value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
}

const timeUnits = [
  [1000, 's'],
  [1, 'ms'],
  [1e-3, 'us'],
] as const;

/** A time in the unit that suits it. */
export function formatTime(milliseconds: number): string {
  const [scale, unit] = timeUnits.find(([scale]) => milliseconds >= scale) ?? timeUnits[2];
  return `${formatNumber(milliseconds / scale)} ${unit}`;
}

const byteUnits = [
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
] as const;

export function formatBytes(bytes: number): string {
  const unit = byteUnits.find(([scale]) => bytes >= scale);
  return unit ? `${formatNumber(bytes / unit[0])} ${unit[1]}` : `${bytes} B`;
}

/** `12.3x (11.8-12.9)`: the median with its quartiles; `same within noise` where it says nothing. */
export const formatRatio = ({ median, low, high, isNoise }: Summary & { readonly isNoise?: boolean }): string =>
  isNoise ? 'same within noise' : `${formatNumber(median)}x (${formatNumber(low)}-${formatNumber(high)})`;

/** A table for a terminal. Columns whose cells all begin with a digit, a sign or nothing stand to the right. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (column: number): string[] => rows.map((row) => row[column] ?? '');
  const widths = header.map((title, column) => Math.max(title.length, ...cells(column).map((cell) => cell.length)));
  const isNumeric = header.map((_, column) => rows.length > 0 && cells(column).every((cell) => /^([-+<]?\d|$|-$)/.test(cell)));
  const line = (row: readonly string[]): string =>
    header.map((_, column) => (isNumeric[column] ? (row[column] ?? '').padStart(widths[column]!) : (row[column] ?? '').padEnd(widths[column]!))).join('  ').trimEnd();
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
