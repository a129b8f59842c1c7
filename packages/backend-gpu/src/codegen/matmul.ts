import { broadcastStrides } from '@unfoldjs/core';
import { affine, gridOf, integer } from './index-math.js';
import { writeEpilogue } from './epilogue.js';
import { Bindings, type Generator } from './kernel-source.js';
import { matmulRows } from './rows/matmul.js';
import { severalOr } from './several.js';
import { matmulQuads } from './vec4/matmul.js';
import { matmulTiles } from './wgsl/matmul.js';

/** One thread an element of the product, with running indices; an epilogue is applied to the sum before it is stored. */
const sums: Generator = (call) => {
  const { attrs, inputs, output, facts } = call;
  const [a, b] = [inputs[0]!.type.shape, inputs[1]!.type.shape];
  const [m, n] = output.shape.slice(-2) as [number, number];
  const k = attrs.transposeA ? a.at(-2)! : a.at(-1)!;
  const [rowA, stepA] = attrs.transposeA ? [1, m] : [k, 1];
  const [stepB, columnB] = attrs.transposeB ? [1, k] : [n, 1];
  const batch = output.shape.slice(0, -2);
  const batchA = broadcastStrides(a.slice(0, -2), batch).map((stride) => stride * m * k);
  const batchB = broadcastStrides(b.slice(0, -2), batch).map((stride) => stride * k * n);

  const grid = gridOf(output.shape, facts);
  const row = grid.axes.at(-2)!;
  const column = grid.axes.at(-1)!;
  const leading = grid.axes.slice(0, -2);
  const bindings = new Bindings(call);
  const [x, y] = [bindings.operand(0), bindings.operand(1)];
  const epilogue = writeEpilogue(call, bindings, grid.axes);
  const lines = [
    ...grid.lines,
    'let sum = 0.0;',
    integer('p', affine([...leading.map((axis, i) => [axis, batchA[i]!] as const), [row, rowA]])),
    integer('q', affine([...leading.map((axis, i) => [axis, batchB[i]!] as const), [column, columnB]])),
    `for (let k = 0; k < ${k}; k++) {`,
    `sum += ${x}[p] * ${y}[q];`,
    `p += ${stepA};`,
    `q += ${stepB};`,
    '}',
    ...epilogue.lines,
    `return ${epilogue.result};`,
  ];
  return [{ name: `matmul${epilogue.name}`, reason: 'one thread an element', source: bindings.functionOf(lines), output: grid.output, arguments: bindings.list }];
};

export const matmul: Generator = severalOr({ wgsl: matmulTiles, glsl: matmulQuads, rows: matmulRows }, sums);
