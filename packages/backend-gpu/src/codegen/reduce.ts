import { sizeOf, type DType } from '@unfoldjs/core';
import { affine, collapse, gridOf, integer, type Grid } from './index-math.js';
import { Bindings, type Generator, type KernelSource, type SourceCall } from './kernel-source.js';
import { literal } from './literal.js';
import { movesOf, stridesInto } from './reading.js';
import type { ModeFacts } from '../modes.js';

/** How elements are folded into one. */
export interface Fold {
  readonly start: (dtype: DType) => number;
  /** A statement that takes `v` into `s`. */
  readonly step: (facts: ModeFacts) => string;
}

export const folds: Readonly<Record<string, Fold>> = {
  reduceSum: { start: () => 0, step: () => 's += v;' },
  reduceProd: { start: () => 1, step: () => 's *= v;' },
  reduceMax: {
    start: (dtype) => ({ float32: -Infinity, int32: -(2 ** 31), bool: 0 })[dtype],
    // Neither comparison holds for NaN, and a sum keeps it.
    step: ({ exactMax }) => (exactMax ? 's = Math.max(s, v);' : 's = (v > s ? v : (v <= s ? s : v + s));'),
  },
};

/** From here on a reduction to few results is done in two stages: more threads, and shorter sums, which round less. */
const longReduction = 4096;

/** One thread a result, which walks the reduced axes; very long ones are first folded in parts. */
export const reduce: Generator = (call) => {
  const { op, attrs, inputs, output, facts } = call;
  const { shape, dtype } = inputs[0]!.type;
  const axes = attrs.axes as readonly number[];
  const { operand, strides, offset } = stridesInto(inputs[0]!)!;
  const through = movesOf(inputs[0]!);
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const keptShape = kept.map((axis) => shape[axis]!);
  const keptWalk = collapse({ shape: keptShape, strides: [kept.map((axis) => strides[axis]!)] });
  const reducedWalk = collapse({ shape: axes.map((axis) => shape[axis]!), strides: [axes.map((axis) => strides[axis]!)] });
  const fold: FoldKernel = { call, name: op.name, fold: folds[op.name]!, dtype, kept: keptWalk.shape, keptStrides: keptWalk.strides[0]!, offset, reduced: reducedWalk.shape, strides: reducedWalk.strides[0]! };

  const length = sizeOf(reducedWalk.shape);
  const parts = facts.reducesInParts && reducedWalk.shape.length === 1 && sizeOf(output.shape) <= 1024 && length >= longReduction ? largestDivisor(length, 1024) : 1;
  const read = (bindings: Bindings): string => bindings.read(operand);
  const how = through.length > 0 ? `; ${through.join(', ')} by index arithmetic` : '';
  if (parts <= 8) return [foldKernel(fold, read, `one thread a result${how}`)];

  // First stage: result r, part p is the fold of elements p * run ... of r's row; the second folds the parts. Threads side by side read what lies closest.
  const run = length / parts;
  const stride = run * fold.strides[0]!;
  const results = sizeOf(fold.kept);
  const partsLast = Math.abs(stride) <= Math.abs(fold.keptStrides.at(-1) ?? 0) || results === 1;
  const first = foldKernel(
    { ...fold, kept: partsLast ? [...fold.kept, parts] : [parts, ...fold.kept], keptStrides: partsLast ? [...fold.keptStrides, stride] : [stride, ...fold.keptStrides], reduced: [run] },
    read,
    `${length} elements a result in ${parts} parts${how}`,
  );
  const second = foldKernel(
    { ...fold, kept: [results], keptStrides: [partsLast ? parts : 1], offset: 0, reduced: [parts], strides: [partsLast ? 1 : results] },
    (bindings) => bindings.kernel(0),
    'folds the parts',
  );
  return [first, second];
};

const largestDivisor = (n: number, limit: number): number => {
  for (let d = Math.min(limit, n); d > 1; d--) if (n % d === 0) return d;
  return 1;
};

interface FoldKernel {
  readonly call: SourceCall;
  readonly name: string;
  readonly fold: Fold;
  readonly dtype: DType;
  readonly kept: readonly number[];
  readonly keptStrides: readonly number[];
  /** Where the first element lies. */
  readonly offset: number;
  readonly reduced: readonly number[];
  readonly strides: readonly number[];
}

function foldKernel({ call, name, fold, dtype, kept, keptStrides, offset, reduced, strides }: FoldKernel, read: (bindings: Bindings) => string, reason: string): KernelSource {
  const { facts } = call;
  const grid = gridOf(kept, facts);
  const bindings = new Bindings(call);
  const from = affine(grid.axes.map((axis, i) => [axis, keptStrides[i]!] as const), offset);
  const body = [`const v = ${read(bindings)}[p];`, fold.step(facts)];
  const lines = [...grid.lines, `let s = ${literal(fold.start(dtype), dtype, facts)};`, integer('p', '0'), ...walkAxes(reduced, strides, from, body), 'return s;'];
  return { name, reason, source: bindings.functionOf(lines), output: grid.output, arguments: bindings.list };
}

/** Nested loops over axes with a running index `p` that starts at `from`. */
export function walkAxes(shape: readonly number[], strides: readonly number[], from: string, body: readonly string[]): string[] {
  if (shape.length === 0) return [`p = ${from};`, ...body];
  const outer = shape.length - 1;
  const lines: string[] = [];
  for (let k = 0; k < outer; k++) lines.push(`for (let k${k} = 0; k${k} < ${shape[k]}; k${k}++) {`);
  const at = affine(Array.from({ length: outer }, (_, k) => [`k${k}`, strides[k]!] as const));
  lines.push(`p = ${at === '0' ? from : `${from} + ${at}`};`);
  lines.push(`for (let k = 0; k < ${shape[outer]}; k++) {`, ...body, `p ${strides[outer]! < 0 ? '-' : '+'}= ${Math.abs(strides[outer]!)};`, '}');
  lines.push(...Array.from({ length: outer }, () => '}'));
  return lines;
}

/** The position of the largest along an axis; NaN is larger than all, and the first of equals wins. */
export const argMax: Generator = (call) => {
  const { attrs, inputs, facts } = call;
  const { shape } = inputs[0]!.type;
  const axis = attrs.axis as number;
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const length = shape[axis]!;
  const grid: Grid = gridOf([outer, inner], facts);
  const bindings = new Bindings(call);
  const x = bindings.operand(0);
  const lines = [
    ...grid.lines,
    integer('p', affine([[grid.axes[0]!, length * inner], [grid.axes[1]!, 1]])),
    `let best = ${x}[p];`,
    'let at = 0.0;',
    `for (let k = 1; k < ${length}; k++) {`,
    `p += ${inner};`,
    `const v = ${x}[p];`,
    // The second test is for NaN, of which no comparison holds.
    'if (v > best || (!(v <= best || v > best) && (best <= 0.0 || best > 0.0))) { best = v; at = k; }',
    '}',
    'return at;',
  ];
  return [{ name: 'argMax', reason: 'one thread a result', source: bindings.functionOf(lines), output: grid.output, arguments: bindings.list }];
};
