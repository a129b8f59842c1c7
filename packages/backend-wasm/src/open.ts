import { backendApiVersion, unfoldError, type Backend, type BackendSpec } from '@unfoldjs/core';
import { Engine } from './engine.js';
import { makeExecutable } from './executable.js';
import { hasRelaxedSimd, hasSimd } from './features.js';
import { Buffers } from './memory/buffers.js';
import { viewOf } from './memory/views.js';
import { supports } from './supports.js';

export interface WasmOptions {
  /**
   * `'fast'` lets 3x3 and 5x5 convolutions of stride 1 run by Winograd's algorithm, whose rounding errors are larger than those of the
   * sums by definition: about 1e-6 of the largest element instead of 1e-7. `'exact'` adds products only, so that whole numbers stay
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
export function wasm({ precision = 'fast', relaxedSimd = true }: WasmOptions = {}): BackendSpec {
  return { name: 'wasm', open: async () => openWasm({ precision, relaxedSimd }) };
}

function openWasm({ precision, relaxedSimd }: { readonly precision: 'exact' | 'fast'; readonly relaxedSimd: boolean }): Backend {
  const name = 'wasm';
  if (!hasSimd()) throw unfoldError({ code: 'NO_BACKEND', op: name, problem: 'this runtime has no WebAssembly with 128-bit SIMD.', fix: 'use a newer browser or runtime, or the cpu backend.' });
  const fma = relaxedSimd && hasRelaxedSimd();
  const settings = { threads: 1, fma, precision };
  const engine = new Engine();
  const buffers = new Buffers(engine.heap, name);

  return {
    apiVersion: backendApiVersion,
    name,
    device: {
      kind: 'wasm',
      label: `WebAssembly SIMD, 1 thread${fma ? ', fused multiply-add' : ''}`,
      fallbackReason: null,
      float32: { fma, denormals: 'kept', nan: 'kept', infinity: 'kept' },
      details: { threads: 1, precision, relaxedSimd: fma },
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
    },
  };
}
