/** The WebAssembly backend: products of matrices and convolutions in SIMD kernels, in Node and browsers, with nothing to install. */
import { unfoldError, type Backend, type BackendSpec, type Executable } from '@unfoldjs/core';
import { kernelBackend } from '@unfoldjs/core/reference';
import { Engine } from './engine.js';
import { kernelsOn, vectorised } from './kernels/index.js';
import { productModule } from './kernels/product-module.js';

/**
 * The WebAssembly backend, one thread. Products of float32 (`matmul`, convolutions and their gradients) run in SIMD kernels; every other
 * op runs the reference loops, and `explain` names for each step which of the two it is.
 *
 * @throws {UnfoldError} NO_BACKEND, when it is opened, where WebAssembly or its 128-bit SIMD is missing.
 * @example
 * import { matmul, setBackend } from '@unfoldjs/core';
 * import { wasm } from '@unfoldjs/backend-wasm';
 * await setBackend(wasm());
 * await matmul([[1, 2], [3, 4]], [[1, 1], [0, 1]]).array(); // [[1, 3], [3, 7]]
 */
export function wasm(): BackendSpec {
  return { name: 'wasm', open: async () => openWasm() };
}

function openWasm(): Backend {
  const missing = whatIsMissing();
  if (missing) throw unfoldError({ code: 'NO_BACKEND', op: 'wasm', problem: missing, fix: 'use a newer browser or runtime, or the cpu backend.' });
  const engine = new Engine();
  const backend = kernelBackend({
    name: 'wasm',
    kernels: kernelsOn(engine),
    device: { kind: 'wasm', label: 'WebAssembly SIMD, 1 thread', details: { threads: 1, precision: 'exact', relaxedSimd: false } },
  });
  let isOpen = true;
  return {
    ...backend,
    compile: async (program) => named(await backend.compile(program)),
    memory() {
      const { live, peak, buffers } = backend.memory();
      const scratch = isOpen ? engine.bytes : 0;
      return { live: live + scratch, peak: peak + scratch, buffers };
    },
    async dispose() {
      isOpen = false;
      await backend.dispose();
    },
  };
}

function whatIsMissing(): string | null {
  if (typeof WebAssembly === 'undefined') return 'this runtime has no WebAssembly.';
  return WebAssembly.validate(productModule()) ? null : 'this runtime has no 128-bit SIMD in WebAssembly.';
}

/** Which kernel each step got. */
const named = (executable: Executable): Executable => ({
  ...executable,
  describe: () =>
    executable.describe().map((step) =>
      (vectorised as readonly string[]).includes(step.op)
        ? { ...step, kernel: 'tiles of 4x8, f32x4', reason: 'a product; int32, empty operands, groups and filters with infinities take the reference loops' }
        : { ...step, kernel: 'reference loops', reason: 'no kernel of this op in WebAssembly yet' },
    ),
});
