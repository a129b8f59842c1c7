import { backendApiVersion, unfoldError, type Backend, type BackendSpec } from '@unfoldjs/core';
import { Engine } from './engine.js';
import { makeExecutable } from './executable.js';
import { hasRelaxedSimd, hasSimd } from './features.js';
import { Buffers } from './memory/buffers.js';
import { viewOf } from './memory/views.js';
import { supports } from './supports.js';
import { processors, whyNoThreads } from './threads/start-worker.js';

export interface WasmOptions {
  /**
   * How many threads run a program: 1, or more in Node and in pages that are cross-origin isolated. Results do not depend on it: a
   * sum is never divided. Default 'auto': as many as the machine runs at once, up to 4.
   */
  readonly threads?: number | 'auto' | undefined;
  /**
   * `'fast'` lets 3x3 and 5x5 convolutions of stride 1 run by Winograd's algorithm, whose rounding errors are larger than those of the
   * sums by definition: some 1e-6 of the largest element, where those are some 1e-7. `'exact'` adds products only, so that whole numbers stay
   * exact. Default 'fast'.
   */
  readonly precision?: 'exact' | 'fast' | undefined;
  /** Multiply and add with one rounding where the runtime can (Node 22 and later, current browsers): quicker, other last bits. Default true. */
  readonly relaxedSimd?: boolean | undefined;
}

/**
 * The WebAssembly backend: tensors live in one WebAssembly memory, kernels are written for the shapes of a program and run four floats at
 * a time. What has no kernel runs the reference loops; `explain` says for each step which of the two it is, and why.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad option; when it is opened, NO_BACKEND where WebAssembly or its 128-bit SIMD is
 * missing.
 * @example
 * import { matmul, setBackend } from '@unfoldjs/core';
 * import { wasm } from '@unfoldjs/backend-wasm';
 * await setBackend(wasm());
 * await matmul([[1, 2], [3, 4]], [[1, 1], [0, 1]]).array(); // [[1, 3], [3, 7]]
 */
export function wasm(options: WasmOptions = {}): BackendSpec {
  const { threads = 'auto', precision = 'fast', relaxedSimd = true } = options;
  const refuse = (argument: string, problem: string, fix: string): never => {
    throw unfoldError({ code: 'INVALID_ARGUMENT', op: 'wasm', argument, problem, fix });
  };
  for (const name of Object.keys(options)) if (!optionNames.includes(name)) refuse(name, 'there is no such option.', `the options are ${optionNames.join(', ')}.`);
  if (threads !== 'auto' && !(Number.isInteger(threads) && threads >= 1 && threads <= mostThreads)) refuse('threads', `${String(threads)} is not a number of threads.`, `pass a whole number from 1 to ${mostThreads}, or 'auto'.`);
  if (precision !== 'exact' && precision !== 'fast') refuse('precision', `${String(precision)} is not a precision.`, "pass 'exact' or 'fast'.");
  if (typeof relaxedSimd !== 'boolean') refuse('relaxedSimd', `${String(relaxedSimd)} is not a boolean.`, 'pass true or false.');
  return { name: 'wasm', open: async () => openWasm({ threads, precision, relaxedSimd }) };
}

const optionNames = ['threads', 'precision', 'relaxedSimd'];
const mostThreads = 64;
/** Small networks have no work for more. */
const autoThreads = 4;

function openWasm({ threads, precision, relaxedSimd }: { readonly threads: number | 'auto'; readonly precision: 'exact' | 'fast'; readonly relaxedSimd: boolean }): Backend {
  const name = 'wasm';
  if (!hasSimd()) throw unfoldError({ code: 'NO_BACKEND', op: name, problem: 'this runtime has no WebAssembly with 128-bit SIMD.', fix: 'use a newer browser or runtime, or the cpu backend.' });
  const fma = relaxedSimd && hasRelaxedSimd();
  const wanted = threads === 'auto' ? Math.min(autoThreads, processors()) : threads;
  const noThreads = wanted > 1 ? whyNoThreads() : null;
  const settings = { threads: noThreads ? 1 : wanted, fma, precision };
  const engine = new Engine(settings.threads);
  const buffers = new Buffers(engine.heap, name);

  return {
    apiVersion: backendApiVersion,
    name,
    get device() {
      const count = engine.lost ? 1 : settings.threads;
      return {
        kind: 'wasm',
        label: `WebAssembly SIMD, ${count} thread${count > 1 ? 's' : ''}${fma ? ', fused multiply-add' : ''}`,
        fallbackReason: engine.lost ?? (threads === 'auto' ? null : noThreads),
        float32: { fma, denormals: 'kept', nan: 'kept', infinity: 'kept' },
        details: { threads: count, precision, relaxedSimd: fma, ...(noThreads && { oneThreadBecause: noThreads }) },
      } as const;
    },
    supports,
    async upload(data, type) {
      buffers.assertOpen('upload');
      const buffer = buffers.make(type);
      viewOf(engine.memory, buffer.pointer!, type).set(data);
      return buffer;
    },
    async read(buffer) {
      return viewOf(engine.memory, buffers.pointerOf(buffer, 'read'), buffer.type).slice();
    },
    free: (buffer) => buffers.free(buffer),
    async compile(program) {
      buffers.assertOpen('compile');
      return makeExecutable(program, { engine, buffers, settings, name });
    },
    memory: () => ({ live: buffers.isOpen ? engine.heap.live : 0, peak: engine.heap.peak, buffers: buffers.count }),
    resetPeak: () => engine.heap.resetPeak(),
    async dispose() {
      buffers.close();
      engine.dispose();
    },
  };
}
