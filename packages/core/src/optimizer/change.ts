import { applyPatches, enablePatches, produce, produceWithPatches, type Patch } from 'immer';
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

let patchesEnabled = false;

function withPatches(): void {
  if (!patchesEnabled) enablePatches();
  patchesEnabled = true;
}

/** The graph after one produce; with patches both ways where they are asked for. */
export function change(graph: Graph, record: boolean, write: (draft: GraphDraft) => void): Change {
  const recipe = (draft: unknown): void => write(draft as GraphDraft);
  if (!record) return { after: produce(graph, recipe), patches: [], inversePatches: [] };
  withPatches();
  const [after, patches, inversePatches] = produceWithPatches(graph, recipe);
  return { after, patches, inversePatches };
}

/** The graph before a change, from the graph after it and the inverse patches. */
export function undo(graph: Graph, inversePatches: readonly Patch[]): Graph {
  withPatches();
  return applyPatches(graph, inversePatches);
}
