import type { OpDef } from '../expr/op-def.js';
import type { NodeId, GraphNode } from '../graph/graph.js';
import { bytesOf } from '../types/tensor-type.js';
import type { Target } from './target.js';

/** What a measure may look at: the nodes beneath, and the target. */
export interface Measured {
  node(id: NodeId): GraphNode;
  readonly target: Target;
}

/** Something a graph has less of after a rule fired: a sum over its nodes. */
export interface Measure {
  /** As a person reads it after a number: `steps`, `bytes written`. */
  readonly unit: string;
  of(node: GraphNode, graph: Measured): number;
}

/** Nodes that are no leaves. */
export const nodes: Measure = { unit: 'nodes', of: ({ op }) => (op.isLeaf ? 0 : 1) };

/** Nodes that run: no leaves, no views. */
export const steps: Measure = { unit: 'steps', of: ({ op }) => (op.isLeaf || op.isView ? 0 : 1) };

/** Bytes that steps write to memory. */
export const bytes: Measure = { unit: 'bytes written', of: ({ op, type }) => (op.isLeaf || op.isView ? 0 : bytesOf(type)) };

/** How often ops of one list read ops of another. */
export const reads = (unit: string, outer: () => readonly OpDef[], inner: () => readonly OpDef[]): Measure => ({
  unit,
  of: ({ op, inputs }, graph) =>
    outer().includes(op) ? inputs.filter((input) => inner().includes(graph.node(input).op)).length : 0,
});

/** Ops of a kind beneath others of the same kind, counted from each of them down. */
export const inARow = (unit: string, op: () => OpDef): Measure => ({
  unit,
  of(node, graph) {
    if (node.op !== op()) return 0;
    let count = 0;
    for (let below = graph.node(node.inputs[0]!); below.op === node.op; below = graph.node(below.inputs[0]!)) count++;
    return count;
  },
});
