import { broadcastStrides, sizeOf, stridesOf } from '@unfoldjs/core';
import { writeEpilogue } from '../epilogue.js';
import { fourSums, lanes, quads, returnSums, unrollOf } from '../four.js';
import { affine, decode, gridOf, integer } from '../index-math.js';
import { Bindings, type KernelSource, type SourceCall } from '../kernel-source.js';

/**
 * A product with four rows a thread, threads side by side for columns: gpu.js runs four of them in one vector, which reads the right matrix
 * once for four products, and elements of the left one that all share. Null where that is not worth it.
 */
export function matmulRows(call: SourceCall): KernelSource[] | null {
  const { attrs, inputs, output, facts } = call;
  const [a, b] = [inputs[0]!.type.shape, inputs[1]!.type.shape];
  const [m, n] = output.shape.slice(-2) as [number, number];
  const k = attrs.transposeA ? a.at(-2)! : a.at(-1)!;
  if (output.dtype !== 'float32' || m < 4 || n < 8 || k < 8) return null;
  const [rowA, stepA] = attrs.transposeA ? [1, m] : [k, 1];
  const [stepB, columnB] = attrs.transposeB ? [1, k] : [n, 1];
  const batch = output.shape.slice(0, -2);
  const strideOf = (shape: readonly number[], size: number): number[] => broadcastStrides(shape.slice(0, -2), batch).map((stride) => stride * size);
  const [batchA, batchB] = [strideOf(a, m * k), strideOf(b, k * n)];
  const tall = quads(m);
  const count = sizeOf(batch);

  // The batch in one axis, taken apart here.
  const axes = batch.map((dim, axis) => [dim === 1 ? '0' : `z${axis}`, dim] as const);
  const named = axes.filter(([name]) => name !== '0');
  const start = (strides: readonly number[]): (readonly [string, number])[] => axes.map(([name], axis) => [name, strides[axis]!] as const);
  const unroll = unrollOf(k);
  const bindings = new Bindings(call);
  const [x, y] = [bindings.operand(0), bindings.operand(1)];
  const row = (lane: number): string => (lane === 0 ? 'row' : m % 4 === 0 ? `(row + ${lane})` : `row${lane}`);
  const products: KernelSource = {
    name: 'matmul',
    reason: `four rows a thread, ${unroll} products of each at a time`,
    source: bindings.functionOf([
      ...(named.length > 0 ? decode('this.thread.z', named) : []),
      ...fourSums,
      'let v = 0.0;',
      integer('row', 'this.thread.y * 4'),
      // Rows that are not there are the last one once more, and nobody reads them.
      ...(m % 4 === 0 ? [] : lanes.slice(1).flatMap((lane) => [integer(`row${lane}`, `row + ${lane}`), `if (row${lane} > ${m - 1}) { row${lane} = ${m - 1}; }`])),
      ...lanes.map((lane) => integer(`p${lane}`, affine([...start(batchA), [row(lane), rowA]]))),
      integer('q', affine([...start(batchB), ['this.thread.x', columnB]])),
      `for (let k = 0; k < ${k / unroll}; k++) {`,
      ...Array.from({ length: unroll }, (_, at) => [`v = ${y}[${affine([['q', 1]], at * stepB)}];`, ...lanes.map((lane) => `s${lane} += v * ${x}[${affine([[`p${lane}`, 1]], at * stepA)}];`)]).flat(),
      ...lanes.map((lane) => `p${lane} += ${unroll * stepA};`),
      `q += ${unroll * stepB};`,
      '}',
      returnSums,
    ]),
    output: [n, tall, ...(count > 1 ? [count] : [])],
    components: 4,
    arguments: bindings.list,
  };

  const grid = gridOf(output.shape, facts);
  const last = new Bindings(call);
  const sums = last.kernel(0);
  const [i, j] = grid.axes.slice(-2) as [string, string];
  const batchStrides = stridesOf(batch).map((stride) => stride * tall * n * 4);
  const epilogue = writeEpilogue(call, last, grid.axes);
  const results: KernelSource = {
    name: `results${epilogue.name}`,
    reason: 'rows taken apart',
    source: last.functionOf([
      ...grid.lines,
      integer('quad', `Math.floor(${i} / 4)`),
      `const sum = ${sums}[${affine([...grid.axes.slice(0, -2).map((axis, at) => [axis, batchStrides[at]!] as const), ['quad', 4 * n - 4], [i, 1], [j, 4]])}];`,
      ...epilogue.lines,
      `return ${epilogue.result};`,
    ]),
    output: grid.output,
    arguments: last.list,
  };
  return [products, results];
}
