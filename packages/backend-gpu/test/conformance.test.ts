import { gpu } from '@unfoldjs/backend-gpu';
import { backendSuite, ieeeAccuracy, shaderAccuracy } from '@unfoldjs/backend-testkit';
import { skip } from '@unfoldjs/test-support';
import type { Context } from 'mocha';
import { describeModes } from './open.js';

await describeModes('backend gpu, mode', ['webasm', 'cpu', 'webgpu'], (mode) =>
  backendSuite({
    describe,
    it,
    before,
    after,
    backend: gpu({ mode }),
    runs: 20,
    accuracy: mode === 'webgpu' ? shaderAccuracy : ieeeAccuracy,
    skip: (test: Context, reason) => skip(test, reason),
  }),
);
