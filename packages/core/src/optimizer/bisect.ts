import type { Patch } from 'immer';
import type { Graph } from '../graph/graph.js';
import type { Hit, PassResult } from './engine.js';
import type { OptimizeOptions } from './optimize.js';
import { changeWithPatches, optimizeInPasses, undo } from './record.js';

/** The first rewrite after which a check fails. */
export interface Culprit {
  readonly pass: string;
  /** The rule, and the rewrite itself; null for a pass without rules. */
  readonly rule: string | null;
  readonly hit: Hit | null;
  /** The graph just before the rewrite and just after it, and the difference. */
  readonly before: Graph;
  readonly after: Graph;
  readonly patches: readonly Patch[];
}

/** True where a graph is as it should be. */
export type GraphCheck = (graph: Graph) => boolean | Promise<boolean>;

/**
 * Finds the rewrite that breaks a graph. Optimises it, takes back pass after pass by their inverse patches until the check holds,
 * then does the rewrites of the pass that broke it again, one at a time. Null where the optimised graph passes the check.
 *
 * @throws {RangeError} where the graph fails the check before anything is rewritten.
 */
export async function bisectGraph(graph: Graph, check: GraphCheck, options: OptimizeOptions): Promise<Culprit | null> {
  const passes = optimizeInPasses(graph, options);
  let current = passes.length > 0 ? passes[passes.length - 1]!.after : graph;
  if (await check(current)) return null;
  for (const pass of [...passes].reverse()) {
    if (pass.after === pass.before) continue;
    current = undo(current, pass.inversePatches);
    if (await check(current)) return replay(pass, current, check);
  }
  throw new RangeError('the graph fails the check as it was written, before any rewrite');
}

/** One produce a rewrite: two in one would leave a single patch for an entry that both change. */
async function replay(result: PassResult, start: Graph, check: GraphCheck): Promise<Culprit> {
  let before = start;
  for (const hit of result.hits) {
    const { after, patches } = changeWithPatches(before, (draft) => {
      for (const { id, after: node } of hit.writes) {
        if (node) draft.nodes[id] = node;
        else delete draft.nodes[id];
        draft.nextId = Math.max(draft.nextId, id + 1);
      }
      hit.outputs.forEach((id, i) => (draft.outputs[i] = id));
    });
    if (!(await check(after))) return { pass: result.pass.name, rule: hit.rule.name, hit, before, after, patches };
    before = after;
  }
  return { pass: result.pass.name, rule: null, hit: null, before: result.before, after: result.after, patches: result.patches };
}
