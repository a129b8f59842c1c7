import type { Backend, BackendSpec } from '@unfoldjs/core';
import { Unavailable } from '../bench.js';
import type { Engine } from './engine.js';
import { sessionOf, type Core } from './unfold-session.js';

/** Opens a backend; where this machine has no such device, its reason is the reason why the engine does not run. */
async function opened({ UnfoldError }: Core, spec: BackendSpec): Promise<Backend> {
  try {
    return await spec.open();
  } catch (error) {
    if (error instanceof UnfoldError && error.code === 'NO_BACKEND') throw new Unavailable(error.problem);
    throw error;
  }
}

interface UnfoldSettings extends Omit<Engine, 'open'> {
  /** Imports the backend and says how it is opened. */
  readonly backend: () => Promise<BackendSpec>;
  /** What becomes of it once it is open. */
  readonly wrap?: (backend: Backend) => Promise<Backend>;
}

const unfold = ({ backend, wrap = async (opened) => opened, ...settings }: UnfoldSettings): Engine => ({
  ...settings,
  async open() {
    const [core, spec] = [await import('@unfoldjs/core'), await backend()];
    return sessionOf(core, await wrap(await opened(core, spec)));
  },
});

/** Refuses the fused kernels, so that a convolution builds its patches and multiplies. */
const unfused = async (backend: Backend): Promise<Backend> => {
  const { fusedKernels, withoutKernels } = await import('@unfoldjs/measure');
  return withoutKernels(backend, fusedKernels);
};

const cpuBackend = async (): Promise<BackendSpec> => (await import('@unfoldjs/backend-cpu')).cpu();
const gpuBackend = (mode?: 'webasm' | 'cpu' | 'webgpu') => async (): Promise<BackendSpec> => (await import('@unfoldjs/backend-gpu')).gpu(mode ? { mode } : {});

export const unfoldCpu = unfold({ id: 'unfold-cpu', name: 'Unfold cpu', threads: 1, quick: true, backend: cpuBackend });
export const unfoldCpuUnfused = unfold({ id: 'unfold-cpu-unfused', name: 'Unfold cpu, im2col + matmul', threads: 1, backend: cpuBackend, wrap: unfused });
export const unfoldGpu = unfold({ id: 'unfold-gpu', name: 'Unfold gpu', threads: 1, promise: 'half-digits', backend: gpuBackend() });
export const unfoldGpuUnfused = unfold({ id: 'unfold-gpu-unfused', name: 'Unfold gpu, im2col + matmul', threads: 1, promise: 'half-digits', backend: gpuBackend(), wrap: unfused });
export const unfoldWebasm = unfold({ id: 'unfold-gpu-webasm', name: 'Unfold gpu:webasm', threads: 2, backend: gpuBackend('webasm') });
export const unfoldWebasmUnfused = unfold({ id: 'unfold-gpu-webasm-unfused', name: 'Unfold gpu:webasm, im2col + matmul', threads: 2, backend: gpuBackend('webasm'), wrap: unfused });
export const unfoldWebGpu = unfold({
  id: 'unfold-gpu-webgpu',
  name: 'Unfold gpu:webgpu',
  threads: 1,
  promise: 'half-digits',
  async backend() {
    await (await import('@unfoldjs/test-support/webgpu')).provideWebGpu();
    return gpuBackend('webgpu')();
  },
});
export const unfoldGpuCpu = unfold({ id: 'unfold-gpu-cpu', name: 'Unfold gpu:cpu', threads: 1, backend: gpuBackend('cpu') });

export interface WasmSettings {
  readonly threads: number;
  readonly precision: 'exact' | 'fast';
  readonly relaxedSimd: boolean;
}

/** Relaxed SIMD is behind a flag up to Node 21. */
export const relaxedFlags = Number(process.versions.node.split('.')[0]) < 22 ? ['--experimental-wasm-relaxed-simd'] : [];

/** The id of a setting: `unfold-wasm-1t`, `unfold-wasm-2t-relaxed`, `unfold-wasm-1t-exact`. */
export const wasmId = ({ threads, precision, relaxedSimd }: WasmSettings): string => ['unfold-wasm', `${threads}t`, precision === 'exact' && 'exact', relaxedSimd && 'relaxed'].filter(Boolean).join('-');

const unfoldWasm = (settings: WasmSettings): Engine => {
  const { threads, precision, relaxedSimd } = settings;
  return unfold({
    id: wasmId(settings),
    name: `Unfold wasm, ${threads} thread${threads > 1 ? 's' : ''}, ${precision}${relaxedSimd ? ', relaxed SIMD' : ''}`,
    threads,
    quick: precision === 'fast' && !(relaxedSimd && threads > 1),
    promise: precision === 'fast' ? 'half-digits' : 'every-order',
    execArgv: relaxedSimd ? relaxedFlags : [],
    backend: async () => (await import('@unfoldjs/backend-wasm')).wasm(settings),
    async wrap(backend) {
      const { fallbackReason, float32, details } = backend.device;
      if (fallbackReason) throw new Unavailable(fallbackReason);
      for (const [name, wanted] of Object.entries({ threads, precision })) {
        if (details[name] !== wanted) throw new Unavailable(`${name} is ${details[name]}, not ${wanted}`);
      }
      if (float32.fma !== relaxedSimd) throw new Unavailable(`relaxed SIMD is ${relaxedSimd ? 'off' : 'on'} in spite of the setting`);
      return backend;
    },
  });
};

export const unfoldWasmEngines: readonly Engine[] = [1, 2].flatMap((threads) =>
  (['fast', 'exact'] as const).flatMap((precision) => [false, true].map((relaxedSimd) => unfoldWasm({ threads, precision, relaxedSimd }))),
);
