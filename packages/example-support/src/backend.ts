import { setBackend, UnfoldError, type Backend, type BackendSpec } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';

export const backendNames = ['auto', 'gpu', 'wasm', 'webasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

/**
 * Opens a backend and makes it the one to run on. `auto`: a hardware GPU; where none answers WebAssembly, and where that is missing
 * plain JavaScript. It says which, and why not the others.
 */
export async function openBackend(name: BackendName, say: (line: string) => void = console.log): Promise<Backend> {
  const { gpu } = await import('@unfoldjs/backend-gpu');
  const specs: Record<Exclude<BackendName, 'auto'>, () => BackendSpec> = { gpu: () => gpu(), wasm, webasm: () => gpu({ mode: 'webasm' }), cpu };
  const choice = name === 'auto' ? (['gpu', 'wasm', 'cpu'] as const) : ([name] as const);
  for (const candidate of choice) {
    try {
      const backend = await specs[candidate]().open();
      await setBackend(backend);
      say(`runs on ${backend.name}: ${backend.device.label}`);
      return backend;
    } catch (error) {
      if (candidate === choice.at(-1) || !(error instanceof UnfoldError) || error.code !== 'NO_BACKEND') throw error;
      say(`${candidate} refused: ${error.problem}`);
    }
  }
  throw new Error('unreachable');
}
