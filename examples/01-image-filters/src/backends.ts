import { UnfoldError, type Backend, type BackendSpec } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import type { BackendChoice } from './options.js';
import { UserError } from './user-error.js';

/** What will run, what would not, and what should be said about it. */
export interface Opened {
  readonly backends: readonly Backend[];
  readonly refusals: readonly { readonly name: string; readonly reason: string }[];
  readonly remarks: readonly string[];
}

/** Opens the backends of a choice. @throws UserError where a backend was asked for by name and refuses. */
export async function openBackends(choice: BackendChoice): Promise<Opened> {
  if (choice === 'cpu') return { backends: [await cpu().open()], refusals: [], remarks: [] };
  const { gpu } = await import('@unfoldjs/backend-gpu');
  const hardware = await attempt(gpu());
  if (choice === 'gpu') {
    if ('reason' in hardware) throw new UserError(`No hardware GPU: ${hardware.reason}\nFix: use --backend auto, which runs what this machine has.`);
    return { backends: [hardware.backend], refusals: [], remarks: [] };
  }
  const reference = await cpu().open();
  if (!('reason' in hardware)) return { backends: [reference, hardware.backend], refusals: [], remarks: [] };
  const refusals = [{ name: 'gpu (hardware)', reason: hardware.reason }];
  const webasm = await attempt(gpu({ mode: 'webasm' }));
  if ('reason' in webasm) return { backends: [reference], refusals: [...refusals, { name: 'gpu (webasm)', reason: webasm.reason }], remarks: ['No GPU answers here, and neither does the webasm mode of gpu.js: cpu runs alone.'] };
  return { backends: [reference, webasm.backend], refusals, remarks: ['No hardware GPU answers here. In its place runs the webasm mode of gpu.js: WebAssembly on the processor, not a GPU.'] };
}

async function attempt(spec: BackendSpec): Promise<{ backend: Backend } | { reason: string }> {
  try {
    return { backend: await spec.open() };
  } catch (error) {
    if (error instanceof UnfoldError && error.code === 'NO_BACKEND') return { reason: error.problem };
    throw error;
  }
}
