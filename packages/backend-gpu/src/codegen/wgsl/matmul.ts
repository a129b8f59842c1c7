import { broadcastStrides, sizeOf } from '@unfoldjs/core';
import { affine } from '../index-math.js';
import { Bindings, type KernelSource, type SourceCall } from '../kernel-source.js';
import { wgslEpilogue } from './epilogue.js';
import { chooseTile, fits } from './tile-size.js';
import { lanes, range, tileAxis, tileCaller, tileFunction, tileThreads, vector } from './tile.js';

/** A product of matrices, a tile of results a thread; null where that is not worth it or has no code. */
export function matmulTiles(call: SourceCall): KernelSource | null {
  const { attrs, inputs, output, facts } = call;
  const [m, n] = output.shape.slice(-2) as [number, number];
  const batch = output.shape.slice(0, -2);
  const grid = [n, m, sizeOf(batch)] as const;
  const each = chooseTile(m, n, sizeOf(batch));
  if (output.dtype !== 'float32' || !each || !fits(grid, facts)) return null;
  const bindings = new Bindings(call);
  const [a, b] = [bindings.operand(0), bindings.operand(1)];
  const epilogue = wgslEpilogue(call, bindings);
  if (!epilogue) return null;

  const shapeA = inputs[0]!.type.shape;
  const k = attrs.transposeA ? shapeA.at(-2)! : shapeA.at(-1)!;
  const [rowA, stepA] = attrs.transposeA ? [1, m] : [k, 1];
  const [stepB, columnB] = attrs.transposeB ? [1, k] : [n, 1];
  const [rows, columns] = [tileAxis(m, each[0]), tileAxis(n, each[1])];
  const leading = batch.map((_, axis) => `n${axis}`);
  const decode = batch.map((size, axis) => {
    const below = sizeOf(batch.slice(axis + 1));
    return `let n${axis} = ${below === 1 ? 'z' : `z / ${below}`}${axis === 0 ? '' : ` % ${size}`};`;
  });
  const offset = (index: 0 | 1): string => {
    const shape = inputs[index]!.type.shape;
    const matrix = shape.at(-1)! * shape.at(-2)!;
    return affine(broadcastStrides(shape.slice(0, -2), batch).map((stride, axis) => [leading[axis]!, stride * matrix] as const));
  };
  const spec = {
    rows,
    columns,
    before: [
      ...decode,
      ...range(rows.each).map((i) => `let p${i} = ${offset(0)} + r${i} * ${rowA};`),
      ...range(columns.each).map((j) => `let q${j} = ${offset(1)} + c${j} * ${columnB};`),
    ],
    sums: (step: readonly string[]) => [
      `for (var k = 0; k < ${k}; k++) {`,
      ...range(rows.each / lanes).map((g) => `let a${g} = ${vector(g, (i) => `user_${a}[p${i} + k * ${stepA}]`)};`),
      ...range(columns.each).map((j) => `let b${j} = user_${b}[q${j} + k * ${stepB}];`),
      ...step,
      '}',
    ],
    epilogue,
    axes: (row: string, column: string) => [...leading, row, column],
  };
  return {
    name: `matmul${epilogue.name}`,
    reason: `${each[0]} x ${each[1]} results a thread, in WGSL`,
    source: bindings.functionOf(tileCaller(spec)),
    native: tileFunction(spec),
    output: [...grid],
    threads: tileThreads(spec, grid),
    arguments: bindings.list,
  };
}
