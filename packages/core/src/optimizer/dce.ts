import type { Graph, NodeId } from '../graph/graph.js';
import { viewOf } from '../graph/view.js';
import { change } from './change.js';
import type { PassResult, Recorder } from './engine.js';
import type { Pass } from './pass.js';

/** Drops what no output needs. Rewrites clear up behind themselves; this is for what was dead before they began. */
export const deadCode: Pass = { name: 'dce', rules: [] };

export function dropDeadCode(graph: Graph, recorder: Recorder | undefined): PassResult {
  const live = new Set(viewOf(graph).order);
  const dead: NodeId[] = [];
  for (const key in graph.nodes) if (!live.has(Number(key))) dead.push(Number(key));
  const result = { pass: deadCode, before: graph, hits: [] };
  if (dead.length === 0) return { ...result, after: graph, patches: [], inversePatches: [] };
  return {
    ...result,
    ...(recorder?.change ?? change)(graph, (draft) => {
      for (const id of dead) delete draft.nodes[id];
    }),
  };
}
