import { pathToFileURL } from 'node:url';
import { isAbsolute } from 'node:path';

let tried = false;

/**
 * Gives Node a `navigator.gpu` (Dawn) where the optional package `webgpu` is there: the one that is installed, or the file that
 * UNFOLD_WEBGPU names. Without it, mode webgpu is refused with its own reason.
 */
export async function provideWebGpu(): Promise<void> {
  const host = globalThis as { navigator?: { gpu?: unknown } };
  if (tried || host.navigator?.gpu) return;
  tried = true;
  const named = process.env['UNFOLD_WEBGPU'];
  const name: string = named ? (isAbsolute(named) ? pathToFileURL(named).href : named) : 'webgpu';
  let dawn: { readonly create: (flags: string[]) => object; readonly globals: object };
  try {
    dawn = (await import(name)) as typeof dawn;
  } catch (fault) {
    if (named) throw new Error(`UNFOLD_WEBGPU names ${named}, which cannot be loaded`, { cause: fault });
    return;
  }
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: dawn.create([]), userAgent: `Node.js/${process.versions.node}` }, configurable: true });
}
