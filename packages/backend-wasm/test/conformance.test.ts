import type { Context } from 'mocha';
import { wasm } from '@unfoldjs/backend-wasm';
import { backendSuite } from '@unfoldjs/backend-testkit';
import { skip } from '@unfoldjs/test-support';

const runs = process.env['UNFOLD_LONG'] === '1' ? 1000 : 50;

backendSuite({ describe, it, before, after, backend: wasm({ precision: 'exact' }), name: 'wasm', runs, skip: (test: Context, reason) => skip(test, reason) });
