import type { Patch } from 'immer';
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

/** The graph after a recipe, without patches: nobody would read them. `record.ts` makes them, by immer, for explain and bisect. */
export function change(graph: Graph, write: (draft: GraphDraft) => void): Change {
  const draft = { ...graph, nodes: { ...graph.nodes }, outputs: [...graph.outputs] };
  write(draft);
  Object.freeze(draft.nodes);
  Object.freeze(draft.outputs);
  return { after: Object.freeze(draft), patches: [], inversePatches: [] };
}
