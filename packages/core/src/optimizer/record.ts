import { applyPatches, enablePatches, produceWithPatches, type Patch } from 'immer';
import type { Graph, GraphNode, NodeId } from '../graph/graph.js';
import type { Change, GraphDraft } from './change.js';
import type { PassResult, Recorder } from './engine.js';
import { runPipeline, type OptimizeOptions } from './optimize.js';
import type { Write } from './overlay.js';
import { reasonOf } from './rule-notes.js';

let patchesEnabled = false;

function withPatches(): void {
  if (!patchesEnabled) enablePatches();
  patchesEnabled = true;
}

/** The graph after one produce, with patches both ways. */
export function changeWithPatches(graph: Graph, write: (draft: GraphDraft) => void): Change {
  withPatches();
  const [after, patches, inversePatches] = produceWithPatches(graph, (draft: unknown) => write(draft as GraphDraft));
  return { after, patches, inversePatches };
}

/** The graph before a change, from the graph after it and the inverse patches. */
export function undo(graph: Graph, inversePatches: readonly Patch[]): Graph {
  withPatches();
  return applyPatches(graph, inversePatches);
}

/** Keeps patches and rewrites, and weighs what each rewrite saved. */
export const recorder: Recorder = {
  change: changeWithPatches,
  hit(rule, root, by, overlay) {
    const before = new Map<NodeId, Write>();
    const after = new Map<NodeId, Write>();
    for (const write of overlay.writes) {
      if (!before.has(write.id)) before.set(write.id, write);
      after.set(write.id, write);
    }
    const graphBefore = {
      target: overlay.target,
      node: (id: NodeId): GraphNode => before.get(id)?.before ?? overlay.node(id),
    };
    const { saves } = reasonOf(rule);
    let saved = 0;
    for (const { before: node } of before.values()) if (node) saved += saves.of(node, graphBefore);
    for (const { after: node } of after.values()) if (node) saved -= saves.of(node, overlay);
    return { rule, root, by, saved, writes: overlay.writes, outputs: overlay.outputs };
  },
};

/** As `optimize`, with what every pass did. */
export const optimizeInPasses = (graph: Graph, options: OptimizeOptions): readonly PassResult[] => [
  ...runPipeline(graph, options, recorder),
];
