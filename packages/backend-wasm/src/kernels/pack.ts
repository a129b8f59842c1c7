import { panelWidth } from './product-module.js';

/** Columns up to a whole number of panels. */
export const paddedColumns = (columns: number): number => Math.ceil(columns / panelWidth) * panelWidth;

/**
 * A matrix of `depth` rows and `columns` columns, in panels: eight columns of every row, then the next eight. Missing columns are 0.
 * Element (k, j) is `data[from + rowOf(k) + j * columnStep]`.
 */
export function packPanels(target: Float32Array, data: ArrayLike<number>, depth: number, columns: number, rowOf: (k: number) => number, columnStep: number): void {
  let at = 0;
  for (let first = 0; first < columns; first += panelWidth) {
    const width = Math.min(panelWidth, columns - first);
    for (let k = 0; k < depth; k++, at += panelWidth) {
      const from = rowOf(k) + first * columnStep;
      for (let j = 0; j < width; j++) target[at + j] = data[from + j * columnStep]!;
      for (let j = width; j < panelWidth; j++) target[at + j] = 0;
    }
  }
}

/** The first `columns` of each row of a region whose rows are `padded` floats long. */
export function unpackRows(target: { set(source: Float32Array, at: number): void }, at: number, source: Float32Array, rows: number, columns: number, padded: number): void {
  if (columns === padded) target.set(source.subarray(0, rows * columns), at);
  else for (let row = 0; row < rows; row++) target.set(source.subarray(row * padded, row * padded + columns), at + row * columns);
}
