import type { ConstantPool, Graph } from '../graph/graph.js';
import { addedPasses } from './added-passes.js';
import { checkSupported, checkTypes } from './check-legal.js';
import { dropDeadCode } from './dce.js';
import { runPass, type PassResult, type Recorder } from './engine.js';
import type { Pass } from './pass.js';
import { pipeline, type Level } from './passes/index.js';
import type { Rule } from './rule.js';
import type { Target } from './target.js';

export interface OptimizeOptions {
  /** The elements of the graph's constants; new ones are added to it. */
  readonly pool: ConstantPool;
  readonly target: Target;
  /** 0: only what the target needs to run it; 1: also what needs no fused op; 2 (default): everything. */
  readonly level?: Level;
  /** Rules of one's own: a pass of their own, which runs twice: before ops are decomposed, and before convolutions are lowered. */
  readonly rules?: readonly Rule[];
  /** Passes of one's own, in order: each time after `rules`. */
  readonly passes?: readonly Pass[];
  /** Re-infers every type after every pass. Default false: once, at the end. */
  readonly checked?: boolean;
  /** Other backends, to name those that could run what the target refuses. */
  readonly alternatives?: readonly Target[];
}

/** Somebody who wants to know what every pass did. */
export interface PassReader {
  readonly recorder: Recorder;
  readonly passed: (result: PassResult) => void;
}

/**
 * The best equal graph that the target can run.
 *
 * @throws {UnfoldError} UNSUPPORTED_OP where the target lacks a primitive; OPTIMIZER_DIVERGED and ILLEGAL_GRAPH for faulty rules.
 */
export function optimize(graph: Graph, options: OptimizeOptions, reader?: PassReader | null): Graph {
  let current = graph;
  for (const result of runPipeline(graph, options, reader?.recorder)) {
    current = result.after;
    reader?.passed(result);
  }
  return current;
}

/** The passes that run for some options, in order. */
export function passesFor({ level = 2, rules = [], passes = [] }: Pick<OptimizeOptions, 'level' | 'rules' | 'passes'>): readonly Pass[] {
  const own = [...addedPasses, ...(rules[0] ? [{ name: 'own-rules', rules }] : []), ...passes];
  // The passes of level 0 are those that ask the target what it runs: rules of one's own go before.
  return pipeline().flatMap((pass) => (pass.level > level ? [] : pass.level === 0 ? [...own, pass] : pass));
}

/** What every pass does, one after the other. */
export function* runPipeline(graph: Graph, options: OptimizeOptions, recorder?: Recorder): Generator<PassResult> {
  const { pool, target, checked = false, alternatives = [] } = options;
  let current = graph;
  for (const pass of passesFor(options)) {
    const result = runPass(pass, current, { pool, target, recorder });
    current = result.after;
    if (checked && current !== result.before) checkTypes(current, pass.name);
    yield result;
  }
  const pruned = dropDeadCode(current, recorder);
  current = pruned.after;
  yield pruned;
  checkTypes(current, 'check-legal');
  checkSupported(current, target, alternatives);
}
