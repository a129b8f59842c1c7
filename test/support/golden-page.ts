/** The page of golden-in-pages.test.ts. */
import { getBackend } from '@unfoldjs/core';
import { gpu } from '@unfoldjs/backend-gpu';
import { servePage } from '@unfoldjs/test-support/suite-page';
import type { GoldenCase, GradientCase } from '../golden/format.js';
import { runCase } from '../golden/run-case.js';
import { runGradientCase } from '../golden/run-gradient-case.js';

/** What is wrong with some cases, one after the other. */
async function problemsOf<Case extends { readonly id: string; readonly source: string }>(cases: readonly Case[], run: (one: Case) => Promise<string | null>): Promise<string[]> {
  const problems: string[] = [];
  for (const each of cases) {
    const problem = await run(each);
    if (problem) problems.push(`${each.id} (${each.source}): ${problem}`);
  }
  return problems;
}

servePage(gpu, {
  golden: (cases: readonly GoldenCase[]) => problemsOf(cases, (each) => runCase(each, getBackend())),
  gradients: (cases: readonly GradientCase[]) => problemsOf(cases, (each) => runGradientCase(each, getBackend())),
});
