import { UnfoldError, type Backend } from '@unfoldjs/core';
import { gpu, type GpuMode, type GpuOptions } from '@unfoldjs/backend-gpu';

/** The modes that gpu.js has on every machine that runs these tests. */
export const hostModes = ['webasm', 'cpu'] as const satisfies readonly GpuMode[];

/** Opens a backend for the time of `use`. */
export async function withGpu<T>(options: GpuOptions, use: (backend: Backend) => Promise<T>): Promise<T> {
  const backend = await gpu(options).open();
  try {
    return await use(backend);
  } finally {
    await backend.dispose();
  }
}

/** The error that something ends with. */
export async function errorOf(run: () => unknown): Promise<UnfoldError> {
  try {
    await run();
  } catch (fault) {
    if (fault instanceof UnfoldError) return fault;
    throw fault;
  }
  throw new Error('it should have been refused');
}
