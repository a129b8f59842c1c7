import { setBackend, UnfoldError, unfoldError, type Backend, type BackendSpec } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { gpu, gpuModes, type GpuMode } from '@unfoldjs/backend-gpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { UsageError } from './faults.js';

export interface BackendChoice {
  readonly backend: string;
  readonly threads?: number;
}

/** A mode of gpu.js stands behind a colon. */
export const backendNames: readonly string[] = ['wasm', 'cpu', 'gpu', ...gpuModes.map((mode) => `gpu:${mode}`)];

function specOf({ backend, threads }: BackendChoice): BackendSpec {
  if (threads !== undefined && backend !== 'wasm') throw new UsageError(`--threads is for the backend wasm, and ${backend} was asked for.`, 'leave it out.');
  const [name, mode] = backend.split(':');
  if (name === 'wasm') return wasm({ threads: threads ?? 'auto' });
  if (name === 'cpu') return cpu();
  return mode === undefined ? gpu() : gpu({ mode: mode as GpuMode });
}

/** Does the work on a backend and closes that. @throws {UnfoldError} NO_BACKEND */
export async function onBackend<T>(choice: BackendChoice, work: (backend: Backend) => Promise<T>): Promise<T> {
  const backend = await setBackend(specOf(choice)).catch((cause: unknown) => {
    if (!(cause instanceof UnfoldError && cause.code === 'NO_BACKEND')) throw cause;
    throw unfoldError({ code: 'NO_BACKEND', op: '--backend', argument: choice.backend, problem: cause.problem, fix: 'take `--backend wasm` or `--backend cpu`, which need no device.', cause });
  });
  try {
    return await work(backend);
  } finally {
    await backend.dispose();
  }
}
