import { backendApiVersion, unfoldError, type Backend, type BackendSpec } from '@unfoldjs/core';
import { Engine } from './engine.js';
import { makeExecutable } from './executable.js';
import { hasRelaxedSimd, hasSimd } from './features.js';
import { Buffers } from './memory/buffers.js';
import { supports } from './supports.js';
import { isPage, processors, whyNoThreads } from './threads/start-worker.js';

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
  /**
   * Programs run in a worker, and the thread that asks for results is never blocked by them; little ones only where it cannot see the
   * memory, which is the case with one thread. Default 'auto': in a page, where a thread that is blocked draws nothing.
   */
  readonly worker?: boolean | 'auto' | undefined;
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
  const { threads = 'auto', precision = 'fast', worker = 'auto', relaxedSimd = true } = options;
  const refuse = (argument: string, problem: string, fix: string): never => {
    throw unfoldError({ code: 'INVALID_ARGUMENT', op: 'wasm', argument, problem, fix });
  };
  for (const name of Object.keys(options)) if (!optionNames.includes(name)) refuse(name, 'there is no such option.', `the options are ${optionNames.join(', ')}.`);
  if (threads !== 'auto' && !(Number.isInteger(threads) && threads >= 1 && threads <= mostThreads)) refuse('threads', `${String(threads)} is not a number of threads.`, `pass a whole number from 1 to ${mostThreads}, or 'auto'.`);
  if (precision !== 'exact' && precision !== 'fast') refuse('precision', `${String(precision)} is not a precision.`, "pass 'exact' or 'fast'.");
  if (worker !== 'auto' && typeof worker !== 'boolean') refuse('worker', `${String(worker)} is not a boolean.`, "pass true, false or 'auto'.");
  if (typeof relaxedSimd !== 'boolean') refuse('relaxedSimd', `${String(relaxedSimd)} is not a boolean.`, 'pass true or false.');
  return { name: 'wasm', open: async () => openWasm({ threads, precision, worker, relaxedSimd }) };
}

const optionNames = ['threads', 'precision', 'worker', 'relaxedSimd'];
const mostThreads = 64;
/** Small networks have no work for more. */
const autoThreads = 4;

type Options = { readonly [K in keyof WasmOptions]-?: Exclude<WasmOptions[K], undefined> };

async function openWasm({ threads, precision, worker, relaxedSimd }: Options): Promise<Backend> {
  const name = 'wasm';
  if (!hasSimd()) throw unfoldError({ code: 'NO_BACKEND', op: name, problem: 'this runtime has no WebAssembly with 128-bit SIMD.', fix: 'use a newer browser or runtime, or the cpu backend.' });
  const fma = relaxedSimd && hasRelaxedSimd();
  const wanted = threads === 'auto' ? Math.min(autoThreads, processors()) : threads;
  const noThreads = wanted > 1 ? whyNoThreads() : null;
  const settings = { threads: noThreads ? 1 : wanted, fma, precision };
  const { engine, noWorker } = await openEngine(settings.threads, worker === 'auto' ? isPage() : worker);
  const buffers = new Buffers(engine.heap, name);

  return {
    apiVersion: backendApiVersion,
    name,
    get device() {
      const count = engine.lost ? 1 : settings.threads;
      const place = engine.runsInWorker ? 'a worker' : 'the thread that calls';
      return {
        kind: 'wasm',
        label: `WebAssembly SIMD, ${count} thread${count > 1 ? 's' : ''}${fma ? ', fused multiply-add' : ''}`,
        fallbackReason: engine.lost ?? noWorker ?? (threads === 'auto' ? null : noThreads),
        float32: { fma, denormals: 'kept', nan: 'kept', infinity: 'kept' },
        details: { threads: count, runsIn: place, precision, relaxedSimd: fma, ...(noThreads && { oneThreadBecause: noThreads }) },
      } as const;
    },
    supports,
    async upload(data, type) {
      buffers.assertOpen('upload');
      const buffer = buffers.make(type);
      try {
        await engine.write(buffer.pointer!, data, type);
      } catch (fault) {
        buffers.free(buffer);
        throw fault;
      }
      return buffer;
    },
    async read(buffer) {
      return engine.read(buffers.pointerOf(buffer, 'read'), buffer.type);
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

/** Without a worker where there is none, such as in a page that forbids them: with the reason. */
async function openEngine(threads: number, inWorker: boolean): Promise<{ engine: Engine; noWorker: string | null }> {
  try {
    return { engine: await Engine.open({ threads, inWorker }), noWorker: null };
  } catch (cause) {
    if (!inWorker) throw cause;
    return { engine: await Engine.open({ threads, inWorker: false }), noWorker: `programs run in the thread that calls: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
}
