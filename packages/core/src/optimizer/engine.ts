import type { Patch } from 'immer';
import { unfoldError } from '../errors/unfold-error.js';
import type { ConstantPool, Graph, NodeId, GraphNode } from '../graph/graph.js';
import { viewOf } from '../graph/view.js';
import { formatType, sameType } from '../types/tensor-type.js';
import { change, type Change, type GraphDraft } from './change.js';
import { Overlay, type Write } from './overlay.js';
import { compilePass, type CompiledPass, type CompiledRule, type Pass } from './pass.js';
import { matchPattern } from './pattern.js';
import type { Rule } from './rule.js';
import type { Target } from './target.js';

/** One rewrite that happened. */
export interface Hit {
  readonly rule: Rule;
  /** The node that the rule matched at, as it was. */
  readonly root: GraphNode;
  /** The node that took its place. */
  readonly by: GraphNode;
  /** How much of the rule's measure it saved. */
  readonly saved: number;
  /** Every entry of the node table that it changed, in order, and the outputs after it. */
  readonly writes: readonly Write[];
  readonly outputs: readonly NodeId[];
}

/** What a pass did. `after === before` where nothing fired. */
export interface PassResult {
  readonly pass: Pass;
  readonly before: Graph;
  readonly after: Graph;
  readonly patches: readonly Patch[];
  readonly inversePatches: readonly Patch[];
  readonly hits: readonly Hit[];
}

export interface PassContext {
  readonly pool: ConstantPool;
  readonly target: Target;
  readonly recorder?: Recorder | undefined;
}

/** Keeps hits and patches, for explain and bisect. Without one a pass says only what became of the graph. */
export interface Recorder {
  change(graph: Graph, write: (draft: GraphDraft) => void): Change;
  hit(rule: Rule, root: GraphNode, by: GraphNode, overlay: Overlay): Hit;
}

/** A node that was rewritten from a node that was rewritten... so often means that rules undo each other. */
const maxRounds = 64;

/**
 * Runs the rules of a pass to their fixed point. They match on the frozen graph and its overlay, from a worklist; the result is
 * applied at once.
 *
 * @throws {UnfoldError} OPTIMIZER_DIVERGED where rules rewrite each other's results without end; ILLEGAL_GRAPH where a rule
 * changes a type or builds what an op refuses.
 */
export function runPass(pass: Pass, graph: Graph, { pool, target, recorder }: PassContext): PassResult {
  const compiled = compilePass(pass);
  const overlay = new Overlay(graph, { pool, target, record: recorder !== undefined });
  const hits: Hit[] = [];
  const rounds = new Rounds(pass);
  const worklist = new Worklist(overlay, compiled);
  let fired = false;

  for (let id = worklist.next(); id !== undefined; id = worklist.next()) {
    const root = overlay.node(id);
    for (const compiledRule of compiled.rulesFor(root.op)) {
      const by = tryRule(compiledRule, root, overlay, pass);
      if (!by) continue;
      const { rule } = compiledRule;
      fired = true;
      const readers = overlay.replace(root.id, by.id);
      rounds.count(rule, root.id, overlay.inserted);
      worklist.revisit(readers);
      if (recorder) hits.push(recorder.hit(rule, root, by, overlay));
      break;
    }
  }
  return {
    pass,
    before: graph,
    hits,
    ...(fired ? apply(graph, overlay, recorder) : { after: graph, patches: [], inversePatches: [] }),
  };
}

/** The replacement that a rule makes for a node, or null where it does not fire. */
function tryRule({ rule, pattern }: CompiledRule, root: GraphNode, overlay: Overlay, pass: Pass): GraphNode | null {
  const match = matchPattern(pattern, root, overlay);
  if (!match) return null;
  overlay.begin(root);
  let by: GraphNode | null;
  try {
    by = rule.when(match, overlay) ? rule.rewrite(match, overlay) : null;
  } catch (fault) {
    throw broken(rule, pass, root, `failed: ${fault instanceof Error ? fault.message : String(fault)}`, fault);
  }
  if (by && by.id !== root.id && !sameType(by.type, root.type)) {
    throw broken(rule, pass, root, `made ${formatType(by.type)} of ${formatType(root.type)}.`);
  }
  if (by && by.id !== root.id) return by;
  for (const id of overlay.inserted) overlay.sweep(id);
  return null;
}

const broken = (rule: Rule, pass: Pass, root: GraphNode, problem: string, cause?: unknown) =>
  unfoldError({
    code: 'ILLEGAL_GRAPH',
    op: root.op.name,
    problem: `the rule ${rule.name} (pass ${pass.name}) ${problem}`,
    fix: `this is a fault of the rule ${rule.name}: report it with the graph, or leave the rule out.`,
    source: root.source,
    cause,
  });

/** Which nodes to look at: all of them once, and again those near a rewrite, which come first. */
class Worklist {
  readonly #order: readonly NodeId[];
  #at = 0;
  readonly #again: NodeId[] = [];
  /** Looked at since the last rewrite near them: they may stand in a list once more. */
  readonly #settled = new Set<NodeId>();

  constructor(
    private readonly overlay: Overlay,
    private readonly pass: CompiledPass,
  ) {
    const { order } = viewOf(overlay.base);
    this.#order = pass.pass.startsAt === 'users' ? [...order].reverse() : order;
  }

  next(): NodeId | undefined {
    while (this.#again.length > 0) {
      const id = this.#again.pop()!;
      if (this.#takes(id)) return id;
    }
    while (this.#at < this.#order.length) {
      const id = this.#order[this.#at++]!;
      if (this.#takes(id)) return id;
    }
    return undefined;
  }

  #takes(id: NodeId): boolean {
    if (this.#settled.has(id) || !this.overlay.has(id)) return false;
    this.#settled.add(id);
    return true;
  }

  /** Looks again at what a rewrite made, at what reads it now, and at the reader of what is read by one alone now. */
  revisit(readers: readonly NodeId[]): void {
    for (const id of this.overlay.relieved)
      if (this.overlay.has(id) && this.overlay.hasOneUser(id)) this.#push(this.overlay.usersOf(id));
    this.#push(readers);
    this.#push(this.overlay.inserted, 1);
  }

  /** With the users above them that a pattern could see them from. */
  #push(ids: Iterable<NodeId>, reach = this.pass.reach): void {
    let level = ids;
    for (let depth = 1; ; depth++) {
      const above: NodeId[] = [];
      for (const id of level) {
        this.#again.push(id);
        this.#settled.delete(id);
        if (depth < reach && this.overlay.has(id)) for (const user of this.overlay.usersOf(id)) above.push(user);
      }
      if (above.length === 0) return;
      level = above;
    }
  }
}

/** Counts through how many rewrites each node came to be. */
class Rounds {
  readonly #round = new Map<NodeId, number>();
  readonly #madeBy = new Map<NodeId, { rule: Rule; from: NodeId }>();

  constructor(private readonly pass: Pass) {}

  count(rule: Rule, root: NodeId, inserted: readonly NodeId[]): void {
    const round = (this.#round.get(root) ?? 0) + 1;
    if (round > maxRounds) throw this.#diverged(rule, root);
    for (const id of inserted) {
      this.#round.set(id, round);
      this.#madeBy.set(id, { rule, from: root });
    }
  }

  #diverged(last: Rule, root: NodeId) {
    const names = new Set([last.name]);
    for (let made = this.#madeBy.get(root); made; made = this.#madeBy.get(made.from)) names.add(made.rule.name);
    return unfoldError({
      code: 'OPTIMIZER_DIVERGED',
      op: this.pass.name,
      problem: `after ${maxRounds} rewrites of one node rules still fire: ${[...names].join(', ')}.`,
      fix: 'make each lower its measure, or leave one out.',
    });
  }
}

function apply(graph: Graph, overlay: Overlay, recorder: Recorder | undefined): Change {
  const { changed, outputs, nextId } = overlay.result();
  return (recorder?.change ?? change)(graph, (draft) => {
    draft.nextId = nextId;
    for (const [id, node] of changed) {
      if (node) draft.nodes[id] = node;
      else delete draft.nodes[id];
    }
    outputs.forEach((id, i) => {
      if (graph.outputs[i] !== id) draft.outputs[i] = id;
    });
  });
}
