import { UnfoldError, type Backend, type Program, type Tensor, type TypedArray } from '@unfoldjs/core';
import { emit, lower, optimize, schedule } from '@unfoldjs/core/rules';
import { runOnce } from './call.js';
import { fail } from './fail.js';

export interface GraphOptions {
  /** How much the optimizer does. */
  readonly level: 0 | 2;
  /** What host data becomes: inputs of the program, or its constants. Default: inputs. */
  readonly hostData?: 'inputs' | 'constants';
}

/** A program, the host data of its inputs, and where the value of each tensor comes from. */
export interface PlannedGraph {
  readonly program: Program;
  readonly leaves: readonly Tensor['expr'][];
  readonly data: readonly TypedArray[];
  readonly results: ReturnType<typeof emit>['results'];
}

/** Lowers and optimises the graph beneath some tensors. A string says what of it the backend denies. */
export function planGraph(outputs: readonly Tensor[], backend: Backend, { level, hostData = 'inputs' }: GraphOptions): PlannedGraph | string {
  const { graph, pool, leaves } = lower(outputs.map(({ expr }) => expr), { hostData });
  try {
    const optimized = optimize(graph, { pool, target: backend, level, checked: true });
    const data = leaves.map(({ storage }) => storage?.host ?? fail('a leaf without host data'));
    return { ...emit(optimized, schedule(optimized), pool), leaves, data };
  } catch (fault) {
    if (fault instanceof UnfoldError && fault.code === 'UNSUPPORTED_OP') return fault.problem;
    throw fault;
  }
}

/** The values of tensors, computed by a backend as one program. A string says what of it the backend denies. */
export async function runGraph(outputs: readonly Tensor[], backend: Backend, options: GraphOptions): Promise<TypedArray[] | string> {
  const planned = planGraph(outputs, backend, options);
  if (typeof planned === 'string') return planned;
  const { program, results, data } = planned;
  const computed = program.steps.length > 0 ? await runOnce(backend, program, data) : [];
  return results.map((result) => {
    if (result.kind === 'output') return computed[result.index]!;
    return result.kind === 'input' ? data[result.index]! : result.constant.data;
  });
}
