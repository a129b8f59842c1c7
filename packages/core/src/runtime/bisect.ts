import type { Backend } from '../backend/contract.js';
import type { Graph } from '../graph/graph.js';
import { lower } from '../graph/lower.js';
import { bisectGraph } from '../optimizer/bisect.js';
import { reasonOf } from '../optimizer/rule-notes.js';
import type { OptimizeOptions } from '../optimizer/optimize.js';
import type { Tensor } from '../tensor/tensor.js';
import { leavesOf, type Tree } from '../tensor/tree.js';
import type { TypedArray } from '../types/dtype.js';
import { formatType } from '../types/tensor-type.js';
import { build } from './build.js';
import { commonBackend } from './evaluate.js';
import { execute } from './execute.js';

/** `level`, `rules` and `passes` as the optimizer takes them. */
export interface BisectOptions extends Pick<OptimizeOptions, 'level' | 'rules' | 'passes'> {
  readonly backend?: Backend;
}

/** The rewrite that makes the values wrong. */
export interface BisectResult {
  readonly pass: string;
  /** Null where the pass has no rules. */
  readonly rule: string | null;
  readonly because: string | null;
  /** The node it fired at: op and type. */
  readonly at: string | null;
  readonly source: string | null;
  /** What it changed in the graph, as JSON patches. */
  readonly patches: readonly { readonly op: string; readonly path: readonly (string | number)[]; readonly value?: unknown }[];
}

/**
 * Finds the rewrite of the optimizer that makes some values wrong: `check` is given the elements of each tensor and says whether
 * they are right. Null where they are right with all rewrites.
 *
 * @throws {RangeError} where they are wrong before the first rewrite: then a kernel is at fault. And as `evaluate`.
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { bisect } from '@unfoldjs/core/explain';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const y = tensor([1, 2]).mul(2).add(1);
 * await bisect(y, ([values]) => values[0] === 3 && values[1] === 5); // null
 */
export async function bisect(
  tensors: Tree<Tensor>,
  check: (values: readonly TypedArray[]) => boolean,
  options: BisectOptions = {},
): Promise<BisectResult | null> {
  const outputs = leavesOf(tensors, 'bisect').map(({ expr }) => expr);
  const { graph, pool, leaves } = lower(outputs);
  const storages = leaves.map(({ storage }) => storage!);
  const backend = options.backend ?? commonBackend(storages, 'bisect');

  const valuesAreRight = async (stage: Graph): Promise<boolean> => {
    const built = await build({ graph: stage, pool, leaves }, backend, { level: 0 });
    try {
      const results = await execute(built, storages, backend);
      const values = await Promise.all(results.map((result) => result.read()));
      for (const result of results) result.dispose();
      return check(values);
    } finally {
      built.executable?.dispose();
    }
  };
  const culprit = await bisectGraph(graph, valuesAreRight, { ...options, pool, target: backend });
  if (!culprit) return null;
  const { pass, rule, hit, patches } = culprit;
  return {
    pass,
    rule,
    because: hit ? reasonOf(hit.rule).because : null,
    at: hit ? `${hit.root.op.name} ${formatType(hit.root.type)}` : null,
    source: hit?.root.source ?? null,
    patches,
  };
}
