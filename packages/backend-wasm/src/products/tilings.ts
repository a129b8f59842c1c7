/** Tiles of so many rows, eight columns: what was measured, in floats of a product a second relative to the best, and how it was written. */
interface Measured {
  readonly speed: number;
  /** Elements of a run in one round of its loop. */
  readonly unroll: number;
}

/**
 * Measured on V8 11.3 with operands in the first cache (`npm run bench -- tiles`): 16 registers hold four rows, and what is
 * written in a row is limited by what a processor takes in a cycle, not by its multiplications.
 */
const measured = {
  exact: { 1: { speed: 0.6, unroll: 8 }, 2: { speed: 0.78, unroll: 8 }, 3: { speed: 0.98, unroll: 8 }, 4: { speed: 1, unroll: 1 } },
  fma: { 1: { speed: 0.5, unroll: 4 }, 2: { speed: 0.7, unroll: 4 }, 3: { speed: 0.8, unroll: 4 }, 4: { speed: 1, unroll: 4 } },
} as const satisfies Record<string, Record<number, Measured>>;

/** The tallest tile of a panel of one vector, where the result has no more columns than that. */
const narrowRows = 6;

/** Runs up to this length have no loop. */
export const longestStraightRun = 24;

const measuredOf = (rows: number, fma: boolean): Measured => measured[fma ? 'fma' : 'exact'][rows as 1 | 2 | 3 | 4] ?? { speed: 1, unroll: 4 };

export const unrollOf = (rows: number, fma: boolean): number => measuredOf(rows, fma).unroll;

/** Rows of a tile that take `rows` rows in the least time, for a product of so many columns. */
export function chooseRows(rows: number, columns: number, fma: boolean): number {
  if (columns <= 4) return Math.min(narrowRows, rows);
  const time = (height: number): number => {
    const rest = rows % height;
    return (rows - rest) / measuredOf(height, fma).speed + (rest === 0 ? 0 : rest / measuredOf(rest, fma).speed);
  };
  const best = [4, 3, 2].reduce((a, b) => (time(b) < time(a) ? b : a));
  return Math.min(best, rows);
}
