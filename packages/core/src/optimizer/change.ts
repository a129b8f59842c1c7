import { produce, type Patch } from 'immer';
import type { Graph, GraphNode, NodeId } from '../graph/graph.js';

/** A graph that a recipe may write to. Nodes are put in and taken out whole, never changed. */
export interface GraphDraft {
  nextId: NodeId;
  readonly nodes: Record<NodeId, GraphNode>;
  readonly outputs: NodeId[];
}

export interface Change {
  readonly after: Graph;
  readonly patches: readonly Patch[];
  readonly inversePatches: readonly Patch[];
}

/** The graph after one produce, without patches: nobody would read them. `record.ts` makes them for explain and bisect. */
export const change = (graph: Graph, write: (draft: GraphDraft) => void): Change => ({
  after: produce(graph, (draft: unknown) => write(draft as GraphDraft)),
  patches: [],
  inversePatches: [],
});
