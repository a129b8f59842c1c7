import type { ExportCall } from '../call.js';
import { elementTypeOf, type GraphWriter, type Wire, type WrittenNode } from '../graph-writer.js';
import type { Size } from '../sizes.js';
import { identity, type Perm, type Value } from '../value.js';
import type { ExportForm, ExportForms } from './form.js';

interface ReduceAttrs {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** The opset from which on each reduction takes its axes as an input. */
const axesAsInput: Readonly<Record<string, number>> = { ReduceSum: 13, ReduceMean: 18, ReduceMax: 18, ReduceProd: 18 };

/** Makes a node one reduction of its first input: axes were an attribute at first. */
export function becomes(graph: GraphWriter, node: WrittenNode, op: string, axes: readonly number[]): void {
  const { keepdims } = node.attributes as { keepdims: number };
  const isInput = graph.opset >= axesAsInput[op]!;
  node.op = op;
  node.inputs = [node.inputs[0]!, ...(isInput ? [graph.ints(axes)] : [])];
  node.attributes = isInput ? { keepdims } : { axes, keepdims };
}

/** Where the axes of a reduction lie in a layout, and the layout of what is left. */
function reducedPerm(perm: Perm, axes: readonly number[], keepDims: boolean): { at: number[]; left: Perm } {
  const at = perm.flatMap((axis, i) => (axes.includes(axis) ? [i] : []));
  if (keepDims) return { at, left: perm };
  const kept = identity(perm.length).filter((axis) => !axes.includes(axis));
  return { at, left: perm.filter((axis) => !axes.includes(axis)).map((axis) => kept.indexOf(axis)) };
}

/** The layout in which an operand is there already. */
export const ownPerm = (input: Value): Perm => input.perms[0] ?? identity(input.rank);

const reduction = (op: string): ExportForm => ({
  write(call: ExportCall<ReduceAttrs>) {
    const { axes, keepDims } = call.attrs;
    const x = call.input(0);
    if (axes.length === 0) return x.transposed(identity(x.rank), false);
    const perm = ownPerm(x);
    const { at, left } = reducedPerm(perm, axes, keepDims);
    const isBool = x.dtype === 'bool';
    const own = x.wire(perm);
    const node = call.graph.node(op, [isBool ? call.graph.op('Cast', [own], { to: elementTypeOf('int32') }) : own], { keepdims: Number(keepDims) });
    becomes(call.graph, node, op, at);
    if (isBool) return call.result(call.graph.op('Cast', [node.output], { to: elementTypeOf('bool') }), left);
    if (op === 'ReduceSum') node.sum = { axes: at, terms: product(axes.map((axis) => x.sizes[axis]!)) };
    return call.made(node, left);
  },
});

const product = (sizes: readonly Size[]): Size => [sizes.reduce((all, [size]) => all * size, 1), sizes.reduce((all, [, size]) => all * size, 1)];

/** Places are int64 there. */
const argMax: ExportForm = {
  write(call: ExportCall<{ axis: number; keepDims: boolean }>) {
    const { axis, keepDims } = call.attrs;
    const x = call.input(0);
    const perm = ownPerm(x);
    const { at, left } = reducedPerm(perm, [axis], keepDims);
    const wire = x.dtype === 'bool' ? call.graph.op('Cast', [x.wire(perm)], { to: elementTypeOf('int32') }) : x.wire(perm);
    const found = call.graph.op('ArgMax', [wire], { axis: at[0]!, keepdims: Number(keepDims) });
    return call.result(call.graph.op('Cast', [found], { to: elementTypeOf('int32') }), left);
  },
};

/** An op along one axis that leaves the shape as it is. */
export const along = <A extends { readonly axis: number }>(build: (x: Wire, axis: number, graph: GraphWriter, attrs: A) => Wire): ExportForm => ({
  write(call: ExportCall<A>) {
    const { attrs } = call;
    const x = call.input(0);
    const perm = ownPerm(x);
    return call.result(build(x.wire(perm), perm.indexOf(attrs.axis), call.graph, attrs), perm);
  },
});

export const reduceForms = (): ExportForms => ({
  argMax,
  cumsum: along<{ axis: number; exclusive: boolean; reverse: boolean }>((x, axis, graph, { exclusive, reverse }) =>
    graph.op('CumSum', [x, graph.constant({ dtype: 'int32', shape: [], data: [axis] })], { exclusive: Number(exclusive), reverse: Number(reverse) }),
  ),
  reduceMax: reduction('ReduceMax'),
  reduceProd: reduction('ReduceProd'),
  reduceSum: reduction('ReduceSum'),
});
