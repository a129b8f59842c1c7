import type { Backend } from '../backend/contract.js';
import { lower, type HostData } from '../graph/lower.js';
import { optimizeInPasses } from '../optimizer/record.js';
import type { OptimizeOptions } from '../optimizer/optimize.js';
import { commonBackend } from '../runtime/evaluate.js';
import { guard } from '../runtime/guard.js';
import type { Tensor } from '../tensor/tensor.js';
import { leavesOf, type Tree } from '../tensor/tree.js';
import { makeExplanation, programOf, type Explanation } from './explanation.js';

/** `level`, `rules` and `passes` as the optimizer takes them: those of a compiled function show what becomes of its program. */
export interface ExplainOptions extends Pick<OptimizeOptions, 'level' | 'rules' | 'passes'> {
  /** Where it would run. Default: where `evaluate` would run it. */
  readonly backend?: Backend;
  /** `'inputs'` (default), as `evaluate` does: one program for all data; `'constants'`, as in a compiled function. */
  readonly hostData?: HostData;
}

/**
 * What becomes of some tensors when they are evaluated, without evaluating them: every rewrite of the graph with its reason, the
 * steps of the program with the backend's kernels, where each result is kept, bytes and floating-point operations.
 * `String(explanation)` is short text for a terminal; `toJSON()` has everything, and `toDot` and `toMermaid` draw it.
 *
 * @throws {UnfoldError} as `evaluate`.
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { explain } from '@unfoldjs/core/explain';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const explanation = await explain(tensor([1, 2]).mul(3).add(1));
 * explanation.steps.length; // 1
 * console.log(String(explanation));
 */
export async function explain(tensors: Tree<Tensor>, options: ExplainOptions = {}): Promise<Explanation> {
  const outputs = leavesOf(tensors, 'explain').map(({ expr }) => expr);
  const { graph, pool, leaves } = lower(outputs, { hostData: options.hostData ?? 'inputs' });
  const backend =
    options.backend ??
    commonBackend(
      leaves.flatMap(({ storage }) => storage ?? []),
      'explain',
    );
  const passes = optimizeInPasses(graph, { ...options, pool, target: backend });
  const program = programOf(passes.length > 0 ? passes[passes.length - 1]!.after : graph, pool);
  const executable = program.steps.length > 0 ? await guard(backend, 'compile', () => backend.compile(program)) : null;
  try {
    return makeExplanation({ graph, passes, pool, backend, program, kernels: executable?.describe() ?? [] });
  } finally {
    executable?.dispose();
  }
}
