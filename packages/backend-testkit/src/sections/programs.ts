import { formatType, UnfoldError, type Backend, type Tensor, type TypedArray } from '@unfoldjs/core';
import { emit, lower, optimize, schedule } from '@unfoldjs/core/rules';
import { buildProgram, formatRecipe, programRecipe } from '../arbitraries/programs.js';
import { runOnce } from '../support/call.js';
import { checkExact } from '../support/compare.js';
import { fail } from '../support/fail.js';
import { interpret } from '../support/interpret.js';
import { randomCase } from './random-case.js';
import type { Case, Section } from './section.js';

/** Whole graphs, as users write them, through the optimizer and the planner. */
export const programs = (): Section => ({
  name: 'random programs',
  cases: [caseOf(0, 'inputs'), caseOf(2, 'inputs'), caseOf(2, 'constants')],
});

type HostData = 'inputs' | 'constants';

function caseOf(level: 0 | 2, hostData: HostData): Case {
  const title = `optimisation level ${level}${hostData === 'constants' ? ', with all data as constants' : ''}: whole numbers, bit for bit`;
  return randomCase(title, programRecipe, formatRecipe, async (recipe, { backend }) => {
    const outputs = buildProgram(recipe);
    const expected = interpret(outputs);
    let actual: TypedArray[];
    try {
      actual = await runGraph(outputs, backend, level, hostData);
    } catch (fault) {
      if (fault instanceof UnfoldError && fault.code === 'UNSUPPORTED_OP') return fault.problem;
      throw fault;
    }
    outputs.forEach(({ type }, i) => checkExact(actual[i]!, expected[i]!, type.shape, `result ${i}, ${formatType(type)},`));
    return undefined;
  });
}

/** Lowers, optimises and runs the graph beneath some tensors. */
async function runGraph(outputs: readonly Tensor[], backend: Backend, level: 0 | 2, hostData: HostData): Promise<TypedArray[]> {
  const { graph, pool, leaves } = lower(outputs.map(({ expr }) => expr), { hostData });
  const optimized = optimize(graph, { pool, target: backend, level, checked: true });
  const { program, results } = emit(optimized, schedule(optimized), pool);
  const data = leaves.map(({ storage }) => storage?.host ?? fail('a leaf without host data'));
  const computed = program.steps.length > 0 ? await runOnce(backend, program, data) : [];
  return results.map((result) => {
    if (result.kind === 'output') return computed[result.index]!;
    return result.kind === 'input' ? data[result.index]! : result.constant.data;
  });
}
