import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { join } from 'node:path';
import { peerPath } from './peers.js';

const factory = 'wasm-out/tfjs-backend-wasm-threaded-simd';

/**
 * Starts the threaded build of TensorFlow.js in Node, which it is not made for: it gives workers a script as a blob's URL, which
 * Node's workers do not take, and takes half of the cores that the machine says it has (for hyper-threads). While `start` runs, blobs
 * become files, and the machine says that it has twice the threads.
 */
export async function threadedInNode<T>(threads: number, start: () => Promise<T>): Promise<T> {
  const wasm = '@tensorflow/tfjs-backend-wasm';
  const folder = mkdtempSync(join(os.tmpdir(), 'tfjs-threads-'));
  const script = join(folder, 'worker.cjs');
  const { wasmWorkerContents } = createRequire(import.meta.url)(peerPath(wasm, `${factory}.worker.js`)) as { wasmWorkerContents: string };
  // In the worker the only blob is the script of the module itself. The text is that of a JavaScript string: its line ends are escapes.
  const prelude = `URL.createObjectURL = () => ${JSON.stringify(peerPath(wasm, `${factory}.js`))}; URL.revokeObjectURL = () => {};`;
  writeFileSync(script, `${prelude}\n${wasmWorkerContents.replaceAll('\n', '\\n')}`);

  const { createObjectURL } = URL;
  const { cpus } = os;
  URL.createObjectURL = () => script;
  // The module's own `require('os')` is the same object as this default import.
  os.cpus = () => Array.from({ length: 2 * threads }, () => cpus()[0]!);
  try {
    return await start();
  } finally {
    URL.createObjectURL = createObjectURL;
    os.cpus = cpus;
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  }
}
