import { backendRefusals, setBackend, type Backend, type BackendRefusal, type BackendSpec } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import type { GpuOptions } from '@unfoldjs/backend-gpu';
import { wasm } from '@unfoldjs/backend-wasm';

export interface BackendChoice {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** The first of them that opens is taken. */
  readonly specs: () => Promise<readonly BackendSpec[]>;
}

/** Loaded where it is asked for, as gpu.js is by it. */
const gpu = async (options?: GpuOptions): Promise<BackendSpec> => (await import('@unfoldjs/backend-gpu')).gpu(options);

export const choices = [
  { id: 'auto', title: 'auto', about: 'a hardware GPU, else WebAssembly, else plain JavaScript', specs: async () => [await gpu(), wasm(), cpu()] },
  { id: 'webgpu', title: 'gpu: WebGPU', about: 'gpu.js kernels as compute shaders', specs: async () => [await gpu({ mode: 'webgpu' })] },
  { id: 'webgl2', title: 'gpu: WebGL 2', about: 'gpu.js kernels as fragment shaders', specs: async () => [await gpu({ mode: 'webgl2' })] },
  { id: 'wasm', title: 'wasm', about: 'WebAssembly SIMD in workers', specs: async () => [wasm()] },
  { id: 'cpu', title: 'cpu', about: 'the reference: plain loops', specs: async () => [cpu()] },
] as const satisfies readonly BackendChoice[];

export type ChoiceId = (typeof choices)[number]['id'];

export interface Opened {
  readonly backend: Backend;
  /** Those of the list that did not open. */
  readonly refusals: readonly BackendRefusal[];
}

/** Opens a backend and makes it the one to run on. @throws UnfoldError NO_BACKEND with the reason; then nothing has changed. */
export async function openChoice(id: ChoiceId): Promise<Opened> {
  const specs = await choices.find((choice) => choice.id === id)!.specs();
  // A single one is opened here: the reason for which it refuses is then the whole message, and no table.
  const backend = await setBackend(specs.length === 1 ? await specs[0]!.open() : specs);
  return { backend, refusals: backendRefusals() };
}
