import type { Context } from 'mocha';
import { setBackend, UnfoldError, type Backend, type BackendSpec } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { gpu } from '@unfoldjs/backend-gpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { modeRuns, skip, type SkipReason } from '@unfoldjs/test-support';
import { provideWebGpu } from '@unfoldjs/test-support/webgpu';

/** A way of running that tests go through: a backend in one of its modes. */
export interface Mode {
  /** As `UNFOLD_REQUIRE` names it. */
  readonly name: string;
  /** Random cases for each property: fewer where each new program costs milliseconds to compile, or tens of them on a software GPU. */
  readonly cases: number;
  /** Opens it and says that it runs, or gives the reason why this machine cannot. */
  readonly open: () => Promise<{ readonly backend: Backend } | { readonly missing: SkipReason }>;
}

/** A mode that is not one of {@link modes}. */
export const mode = (name: string, spec: () => BackendSpec, cases = 200): Mode => ({
  name,
  cases,
  async open() {
    try {
      if (name === 'gpu:webgpu') await provideWebGpu();
      const backend = await spec().open();
      modeRuns(name);
      return { backend };
    } catch (error) {
      if (error instanceof UnfoldError && error.code === 'NO_BACKEND') return { missing: { mode: name, reason: error.problem } };
      throw error;
    }
  },
});

/** Opens a mode and chooses it, or skips what calls this: a test, or from a `before` hook its suite. */
export async function chooseMode(context: Context, { open }: Mode): Promise<Backend> {
  const opened = await open();
  if ('missing' in opened) skip(context, opened.missing);
  return setBackend(opened.backend);
}

export const modes: readonly Mode[] = [
  mode('cpu', () => cpu()),
  mode('wasm', () => wasm({ precision: 'exact' })),
  mode('gpu:webasm', () => gpu({ mode: 'webasm' }), 30),
  mode('gpu:cpu', () => gpu({ mode: 'cpu' }), 30),
  mode('gpu:webgpu', () => gpu({ mode: 'webgpu' }), 6),
];
