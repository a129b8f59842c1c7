/** `1 step`, `3 steps`. */
export const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

/** A number with a metric prefix: `1.25 M`. */
export function si(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T'];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit]}`;
}

export const bytes = (value: number): string => `${si(value)}B`;

/** Milliseconds, in three digits. */
export const ms = (value: number): string => `${Number(value.toPrecision(3))} ms`;
