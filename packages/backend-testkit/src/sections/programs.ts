import { formatType } from '@unfoldjs/core';
import { buildProgram, formatRecipe, programRecipe } from '../arbitraries/programs.js';
import { checkExact } from '../support/compare.js';
import { runGraph, type GraphOptions } from '../support/graph.js';
import { interpret } from '../support/interpret.js';
import { randomCase } from './random-case.js';
import type { Case, Section } from './section.js';

/** Whole graphs, as users write them, through the optimizer and the planner. */
export const programs = (): Section => ({
  name: 'random programs',
  mode: 'test',
  cases: [caseOf({ level: 0 }), caseOf({ level: 2 }), caseOf({ level: 2, hostData: 'constants' })],
});

function caseOf(options: GraphOptions): Case {
  const title = `optimisation level ${options.level}${options.hostData === 'constants' ? ', with all data as constants' : ''}: whole numbers, bit for bit`;
  return randomCase(title, programRecipe, formatRecipe, async (recipe, { backend }) => {
    const outputs = buildProgram(recipe);
    const expected = interpret(outputs);
    const actual = await runGraph(outputs, backend, options);
    if (typeof actual === 'string') return actual;
    outputs.forEach(({ type }, i) => checkExact(actual[i]!, expected[i]!, type.shape, `result ${i}, ${formatType(type)},`));
    return 0;
  });
}
