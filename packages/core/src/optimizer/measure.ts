import type { NodeId } from '../graph/graph.js';
import { bytesOf } from '../types/tensor-type.js';
import type { NodeRef } from './pattern.js';
import type { Target } from './target.js';

/** What a measure may look at: the nodes beneath, and the target. */
export interface Measured {
  node(id: NodeId): NodeRef;
  readonly target: Target;
}

/** Something a graph has less of after a rule fired: a sum over its nodes. */
export interface Measure {
  /** As a person reads it after a number: `steps`, `bytes written`. */
  readonly unit: string;
  of(node: NodeRef, graph: Measured): number;
}

/** Nodes that are no leaves. */
export const nodes: Measure = { unit: 'nodes', of: ({ op }) => (op.isLeaf ? 0 : 1) };

/** Nodes that run: no leaves, no views. */
export const steps: Measure = { unit: 'steps', of: ({ op }) => (op.isLeaf || op.isView ? 0 : 1) };

/** Bytes that steps write to memory. */
export const bytes: Measure = { unit: 'bytes written', of: ({ op, type }) => (op.isLeaf || op.isView ? 0 : bytesOf(type)) };
