import type { Context } from 'mocha';
import { cpu } from '@unfoldjs/backend-cpu';
import { backendSuite } from '@unfoldjs/backend-testkit';
import { skip } from '@unfoldjs/test-support';

const runs = process.env['UNFOLD_LONG'] === '1' ? 1000 : 50;

for (const precision of ['float32', 'float64'] as const) {
  backendSuite({ describe, it, before, after, backend: cpu({ precision }), name: `cpu, ${precision},`, runs, skip: (test: Context, reason) => skip(test, reason) });
}
