import { Unavailable } from '../bench.js';
import type { Engine } from './engine.js';
import { importPeer, peerPath } from './peers.js';
import { sessionOf, type Tf } from './tfjs-session.js';
import { threadedInNode } from './tfjs-threads.js';

interface TfWasm {
  setWasmPaths(folder: string): void;
  setThreadsCount(threads: number): void;
  getThreadsCount(): number;
}

const wasmName = '@tensorflow/tfjs-backend-wasm';

export const tfjsCpu: Engine = {
  id: 'tfjs-cpu',
  name: 'TensorFlow.js cpu',
  threads: 1,
  async open() {
    const tf = await importPeer<Tf>('@tensorflow/tfjs');
    await tf.setBackend('cpu');
    return sessionOf(tf, 1);
  },
};

/** Its WebGPU backend is written for pages and asks whether it is in one; nothing else that it uses is missing in Node. */
export const tfjsWebGpu: Engine = {
  id: 'tfjs-webgpu',
  name: 'TensorFlow.js webgpu',
  threads: 1,
  promise: 'half-digits',
  async open() {
    await (await import('@unfoldjs/test-support/webgpu')).provideWebGpu();
    const host = globalThis as { WorkerGlobalScope?: unknown };
    host.WorkerGlobalScope ??= class {};
    const tf = await importPeer<Tf>('@tensorflow/tfjs');
    await importPeer<object>('@tensorflow/tfjs-backend-webgpu');
    await tf.setBackend('webgpu');
    await tf.ready();
    if (tf.getBackend() !== 'webgpu') throw new Unavailable(`it came up as ${tf.getBackend()}`);
    return sessionOf(tf, 1);
  },
};

export const tfjsWasm = (threads: number): Engine => ({
  id: `tfjs-wasm-${threads}t`,
  name: `TensorFlow.js wasm, ${threads} thread${threads > 1 ? 's' : ''}`,
  threads,
  quick: threads === 1,
  async open() {
    const tf = await importPeer<Tf>('@tensorflow/tfjs');
    const wasm = await importPeer<TfWasm>(wasmName);
    wasm.setWasmPaths(peerPath(wasmName, 'dist/'));
    const start = (): Promise<boolean> => tf.setBackend('wasm');
    if (threads === 1) await start();
    else {
      tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
      wasm.setThreadsCount(threads);
      await threadedInNode(threads, start);
    }
    const count = threads === 1 ? 1 : wasm.getThreadsCount();
    if (tf.getBackend() !== 'wasm' || count !== threads) throw new Unavailable(`it came up as ${tf.getBackend()} with ${count} threads`);
    return sessionOf(tf, threads);
  },
});
