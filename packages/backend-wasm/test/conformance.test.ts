import type { Context } from 'mocha';
import { wasm, type WasmOptions } from '@unfoldjs/backend-wasm';
import { backendSuite } from '@unfoldjs/backend-testkit';
import { skip } from '@unfoldjs/test-support';

const isLong = process.env['UNFOLD_LONG'] === '1';

const ways: readonly { readonly name: string; readonly options: WasmOptions; readonly runs: number }[] = [
  { name: 'wasm', options: {}, runs: 50 },
  { name: 'wasm in a worker with a memory of its own', options: { worker: true, threads: 1 }, runs: 10 },
  { name: 'wasm in a worker with a shared memory', options: { worker: true, threads: 2 }, runs: 10 },
];

for (const { name, options, runs } of ways) {
  backendSuite({ describe, it, before, after, backend: wasm({ ...options, precision: 'exact' }), name, runs: isLong ? 20 * runs : runs, skip: (test: Context, reason) => skip(test, reason) });
}
