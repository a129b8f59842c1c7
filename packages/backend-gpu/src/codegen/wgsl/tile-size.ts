import type { ModeFacts } from '../../modes.js';

/** With fewer threads than this a device has little to do; tall and wide tiles only where even those are many. */
const fewestThreads = 256;
const manyThreads = 1024;

/** Rows and columns of a tile; null where there are too few results for one of four rows. Measured on SwiftShader: no GPU was had. */
export function chooseTile(rows: number, columns: number, batch: number): readonly [number, number] | null {
  const sizes = [[8, 16], [8, 8], [8, 4], [4, 4], [4, 2], [4, 1]] as const;
  const threads = ([down, across]: readonly [number, number]): number => Math.ceil(rows / down) * Math.ceil(columns / across) * batch;
  return sizes.find(([down, across]) => down <= rows && across <= columns && threads([down, across]) >= (across === 16 ? manyThreads : fewestThreads)) ?? null;
}

/** Whether a grid of this size can be started. */
export const fits = (grid: readonly number[], { maxThreads }: ModeFacts): boolean => grid.every((count, k) => count > 0 && (!maxThreads || count <= maxThreads[k]!));
