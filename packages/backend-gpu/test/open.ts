import { UnfoldError, type Backend } from '@unfoldjs/core';
import { gpu, type GpuMode, type GpuOptions } from '@unfoldjs/backend-gpu';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { provideWebGpu } from '@unfoldjs/test-support/webgpu';

/** The modes that gpu.js has on every machine that runs these tests. */
export const hostModes = ['webasm', 'cpu'] as const satisfies readonly GpuMode[];

/** Why a mode cannot be had on this machine, or null. */
async function refusalOf(mode: GpuMode): Promise<string | null> {
  if (mode === 'webgpu') await provideWebGpu();
  try {
    await (await gpu({ mode }).open()).dispose();
    return null;
  } catch (fault) {
    return (fault as Error).message.split('\n')[0]!;
  }
}

/** Declares a suite for each mode that this machine has; for each of the others one test, which is skipped with the reason. */
export async function describeModes(title: string, modes: readonly GpuMode[], declare: (mode: GpuMode) => void): Promise<void> {
  for (const mode of modes) {
    const refusal = await refusalOf(mode);
    describe(`${title} ${mode}`, () => {
      if (refusal === null) {
        before(() => modeRuns(`gpu:${mode}`));
        declare(mode);
      } else {
        it('runs', function () {
          skip(this, { mode: `gpu:${mode}`, reason: refusal });
        });
      }
    });
  }
}

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
