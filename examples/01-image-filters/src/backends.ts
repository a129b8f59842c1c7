import { UnfoldError, type Backend, type BackendSpec } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
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
  const fast = await attempt(webAssembly());
  if (choice === 'wasm') {
    if ('reason' in fast) throw new UserError(`No WebAssembly: ${fast.reason}\nFix: use --backend auto, which runs what this machine has.`);
    return { backends: [fast.backend], refusals: [], remarks: [] };
  }
  const { gpu } = await import('@unfoldjs/backend-gpu');
  const hardware = await attempt(gpu());
  if (choice === 'gpu') {
    if ('reason' in hardware) throw new UserError(`No hardware GPU: ${hardware.reason}\nFix: use --backend auto, which runs what this machine has.`);
    return { backends: [hardware.backend], refusals: [], remarks: [] };
  }
  const opened: Backend[] = [await cpu().open()];
  const refusals: { name: string; reason: string }[] = [];
  const remarks: string[] = [];
  const take = (name: string, result: Attempt): boolean => {
    if ('reason' in result) refusals.push({ name, reason: result.reason });
    else opened.push(result.backend);
    return !('reason' in result);
  };
  take('wasm', fast);
  if (!take('gpu (hardware)', hardware)) {
    const isThere = take('gpu (webasm)', await attempt(gpu({ mode: 'webasm' })));
    remarks.push(`No hardware GPU answers here${isThere ? '. In its place runs the webasm mode of gpu.js: WebAssembly on the processor, not a GPU.' : ', and neither does the webasm mode of gpu.js.'}`);
  }
  return { backends: opened, refusals, remarks };
}

/** The bounds of this example are those of sums by definition. */
const webAssembly = (): BackendSpec => wasm({ precision: 'exact' });

type Attempt = { readonly backend: Backend } | { readonly reason: string };

async function attempt(spec: BackendSpec): Promise<Attempt> {
  try {
    return { backend: await spec.open() };
  } catch (error) {
    if (error instanceof UnfoldError && error.code === 'NO_BACKEND') return { reason: error.problem };
    throw error;
  }
}
