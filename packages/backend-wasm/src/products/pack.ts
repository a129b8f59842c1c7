import { sizeOf, stridesOf } from '@unfoldjs/core';
import { strided } from '../elementwise/strided.js';
import type { Kernel } from '../plan/lowered.js';
import { packedSize } from './product.js';
import { panelWidth } from './tile.js';

/** A matrix, or several, as it lies in memory: element (k, column) is at the sum of its steps. `depth` may be several axes, and so may `matrices`, or none. */
export interface Packing {
  readonly matrices: readonly number[];
  readonly matrixSteps: readonly number[];
  readonly depth: readonly number[];
  readonly depthSteps: readonly number[];
  readonly columns: number;
  readonly columnStep: number;
}

/** A copy of a part, with the element at which it begins in the matrix and in the panels. */
export interface PackCall extends Kernel {
  readonly from: number;
  readonly to: number;
}

/** Copies matrices into panels of eight columns, `[panels, depth, 8]` each. What a last, narrower panel has beside its columns is arbitrary. */
export function packSpec({ matrices, matrixSteps, depth, depthSteps, columns, columnStep }: Packing): PackCall[] {
  const rows = sizeOf(depth);
  const panels = Math.floor(columns / panelWidth);
  const rest = columns % panelWidth;
  const together = [4, 2, 1].find((count) => panels % count === 0)!;
  const depthStrides = stridesOf(depth).map((stride) => panelWidth * stride);
  const matrixStrides = stridesOf(matrices).map((stride) => stride * packedSize(rows, columns));
  /** Panels go `abreast` through the depth: what is read is a longer stretch, and few enough places are written for the first cache. */
  const copy = (count: number, abreast: number, width: number, from: number, to: number): PackCall => {
    const kernel = strided({
      shape: [...matrices, count / abreast, ...depth, abreast, width],
      inputs: [{ dtype: 'float32', strides: [...matrixSteps, abreast * panelWidth * columnStep, ...depthSteps, panelWidth * columnStep, columnStep] }],
      output: { dtype: 'float32', strides: [...matrixStrides, abreast * rows * panelWidth, ...depthStrides, rows * panelWidth, 1] },
      body: [],
    });
    return { ...kernel, from, to };
  };
  return [
    ...(panels > 0 ? [copy(panels, together, panelWidth, 0, 0)] : []),
    ...(rest > 0 ? [copy(1, 1, rest, panels * panelWidth * columnStep, panels * rows * panelWidth)] : []),
  ];
}
