import { gpu } from '@unfoldjs/backend-gpu';
import { backendSuite } from '@unfoldjs/backend-testkit';
import { modeRuns, skip } from '@unfoldjs/test-support';
import type { Context } from 'mocha';

for (const mode of ['webasm', 'cpu'] as const) {
  describe(`backend gpu, mode ${mode}`, () => {
    before(() => modeRuns(`gpu:${mode}`));
    backendSuite({ describe, it, before, after, backend: gpu({ mode }), runs: 20, skip: (test: Context, reason) => skip(test, reason) });
  });
}
