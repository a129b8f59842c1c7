import { bytesPerElement, formatTable, sizeOf, unfoldError, zeros, type DType, type Shape, type Tensor } from '@unfoldjs/core';
import type { OnnxGraph, ValueInfo } from './model/graph.js';
import type { Constants } from './run/params.js';
import type { Watch } from './run/trace.js';
import type { Value } from './run/value.js';

export interface OnnxSummaryOptions {
  /** The shape of each input by its name. Default: as declared, with 1 for a free first axis. */
  readonly shapes?: Readonly<Record<string, Shape>>;
}

/** One node of a model. */
export interface OnnxSummaryRow {
  readonly name: string;
  readonly op: string;
  readonly outputs: readonly { readonly name: string; readonly shape: Shape; readonly dtype: DType }[];
  /** Trained numbers that this node is the first to read. */
  readonly params: number;
  /** Multiplications and additions of convolutions and products; one for each element of all others. 0 for what is known before anything runs. */
  readonly flops: number;
}

export interface OnnxSummary {
  readonly rows: readonly OnnxSummaryRow[];
  readonly params: number;
  readonly flops: number;
  /** Bytes of the parameters. */
  readonly paramBytes: number;
  /** The most bytes that inputs and results take at a time, when each is freed after its last use and nothing is fused. */
  readonly peakBytes: number;
  toString(): string;
}

/** The shapes of inputs, given or declared. @throws {UnfoldError} INVALID_ARGUMENT for a size that is free */
export function inputShapes(inputs: readonly ValueInfo[], given: Readonly<Record<string, Shape>>): Shape[] {
  return inputs.map(({ name, shape }) => {
    if (Object.hasOwn(given, name)) return given[name]!;
    const sizes = shape?.map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? 1 : null));
    if (sizes && !sizes.includes(null)) return sizes as number[];
    throw unfoldError({
      code: 'INVALID_ARGUMENT',
      op: 'summary',
      argument: 'shapes',
      problem: `the sizes of \`${name}\` are free: ${shape ? `[${shape.map((dim) => dim ?? '?').join(', ')}]` : 'not even their number is declared'}.`,
      fix: `give them: \`{ shapes: { ${JSON.stringify(name)}: [1, 3, 224, 224] } }\`.`,
    });
  });
}

const dtypes: Readonly<Record<string, DType>> = { bool: 'bool', int8: 'int32', uint8: 'int32', int16: 'int32', uint16: 'int32', int32: 'int32', int64: 'int32', uint32: 'int32', uint64: 'int32' };

/** Inputs of zeros: nothing is computed from them but shapes. */
export const blankInputs = (inputs: readonly ValueInfo[], shapes: readonly Shape[]): Tensor[] => inputs.map(({ type }, i) => zeros(shapes[i]!, dtypes[type] ?? 'float32'));

export function summarize(graph: OnnxGraph, { params }: Constants, { shapes = {} }: OnnxSummaryOptions, trace: (inputs: readonly Tensor[], watch: Watch) => unknown): OnnxSummary {
  const rows: OnnxSummaryRow[] = [];
  const seen = new Set<string>();
  const sizes = new Map<string, number>();
  const lastUse = new Map<string, number>();
  const inputs = blankInputs(graph.inputs, inputShapes(graph.inputs, shapes));
  graph.inputs.forEach(({ name }, i) => sizes.set(name, bytesOf(inputs[i]!)));
  trace(inputs, (node, values, outputs) => {
    const at = rows.length;
    node.inputs.forEach((name) => lastUse.set(name, at));
    const own = node.inputs.filter((name) => params.has(name) && !seen.has(name));
    own.forEach((name) => seen.add(name));
    node.outputs.forEach((name, i) => outputs[i] && !outputs[i].host && sizes.set(name, bytesOf(outputs[i])));
    rows.push({
      name: node.name,
      op: node.op,
      outputs: node.outputs.flatMap((name, i) => (outputs[i] ? [{ name, shape: outputs[i].shape, dtype: outputs[i].dtype }] : [])),
      params: own.reduce((sum, name) => sum + params.get(name)!.size, 0),
      flops: flopsOf(node.op, values, outputs[0] ?? null),
    });
  });
  graph.outputs.forEach(({ name }) => lastUse.set(name, rows.length));
  const all = [...params.values()].reduce((sum, { size }) => sum + size, 0);
  const total = { params: all, flops: rows.reduce((sum, { flops }) => sum + flops, 0), paramBytes: all * 4, peakBytes: peakOf(rows, graph, sizes, lastUse) };
  return { rows, ...total, toString: () => textOf(rows, total) };
}

const bytesOf = ({ shape, dtype }: { readonly shape: Shape; readonly dtype: DType }): number => sizeOf(shape) * bytesPerElement[dtype];

function flopsOf(op: string, inputs: readonly (Value | null)[], output: Value | null): number {
  if (!output || output.host) return 0;
  const size = sizeOf(output.shape);
  const [x, w] = inputs;
  if (op === 'Conv') return 2 * size * sizeOf(w!.shape.slice(1));
  if (op === 'ConvTranspose') return 2 * sizeOf(x!.shape) * sizeOf(w!.shape.slice(1));
  if (op === 'Gemm' || op === 'MatMul') return (2 * size * sizeOf(x!.shape)) / Math.max(1, sizeOf(output.shape.slice(0, -1)));
  return size;
}

function peakOf(rows: readonly OnnxSummaryRow[], graph: OnnxGraph, sizes: ReadonlyMap<string, number>, lastUse: ReadonlyMap<string, number>): number {
  let live = graph.inputs.reduce((sum, { name }) => sum + sizes.get(name)!, 0);
  let peak = live;
  const ending = new Map<number, string[]>();
  for (const [name, at] of lastUse) ending.set(at, [...(ending.get(at) ?? []), name]);
  rows.forEach(({ outputs }, at) => {
    live += outputs.reduce((sum, { name }) => sum + (sizes.get(name) ?? 0), 0);
    peak = Math.max(peak, live);
    live -= (ending.get(at) ?? []).reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    live -= outputs.reduce((sum, { name }) => sum + (lastUse.has(name) ? 0 : (sizes.get(name) ?? 0)), 0);
  });
  return peak;
}

const count = (value: number): string => value.toLocaleString('en');

function textOf(rows: readonly OnnxSummaryRow[], { params, flops, paramBytes, peakBytes }: Omit<OnnxSummary, 'rows' | 'toString'>): string {
  const table = formatTable(
    ['node', 'op', 'result', 'params', 'FLOPs'],
    rows.map((row) => [row.name || row.outputs[0]?.name || '', row.op, row.outputs.map(({ shape }) => `[${shape.join(', ')}]`).join(' '), row.params === 0 ? '' : count(row.params), row.flops === 0 ? '' : count(row.flops)]),
  );
  return `${table}\n\n${count(params)} parameters (${(paramBytes / 1e6).toFixed(2)} MB), ${(flops / 1e6).toFixed(1)} MFLOP, ${(peakBytes / 1e6).toFixed(2)} MB of results at a time`;
}
