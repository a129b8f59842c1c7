import { broadcastStrides, type TensorType } from '@unfoldjs/core';
import { forEachIndex, type KernelTensor } from '@unfoldjs/core/reference';
import type { Engine } from '../engine.js';
import type { MatmulAttrs } from './attrs.js';
import { packPanels, paddedColumns, unpackRows } from './pack.js';

/** Rows that are multiplied with one panel before the next: their elements stay in the second cache. */
const blockRows = 64;

/** A product of float32 matrices without zero sizes; `output` has the product's shape. */
export function matmul(engine: Engine, { transposeA, transposeB }: MatmulAttrs, a: KernelTensor, b: KernelTensor, output: KernelTensor): void {
  const [m, n] = output.type.shape.slice(-2) as [number, number];
  const k = a.type.shape.at(transposeA ? -2 : -1)!;
  const columns = paddedColumns(n);
  const [left, panels, result] = engine.take([m * k, k * columns, m * columns]);
  const [rowStep, kStep] = transposeA ? [4, 4 * m] : [4 * k, 4];
  const walk = { outer: 1, outerStep: 0, inner: 1, innerStep: 0, length: k, kStep };
  const batch = output.type.shape.slice(0, -2);
  const strideOf = ({ shape }: TensorType, size: number) => broadcastStrides(shape.slice(0, -2), batch).map((stride) => stride * size);
  let [packedA, packedB] = [-1, -1];
  forEachIndex(batch, [strideOf(a.type, m * k), strideOf(b.type, k * n)], (position, [atA, atB]) => {
    if (atA !== packedA) left.view.set((a.data as Float32Array).subarray(atA, atA! + m * k));
    if (atB !== packedB) packPanels(panels.view, b.data, k, n, (row) => atB! + (transposeB ? row : row * n), transposeB ? k : 1);
    [packedA, packedB] = [atA!, atB!];
    for (let row = 0; row < m; row += blockRows) {
      const count = Math.min(blockRows, m - row);
      engine.rows({ a: left.pointer + row * rowStep, aStep: rowStep, walk, b: panels.pointer, c: result.pointer + 4 * row * columns, columns, count });
    }
    unpackRows(output.data as Float32Array, position * m * n, result.view, m, n, columns);
  });
}
