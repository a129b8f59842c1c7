import { Unavailable } from '../bench.js';
import type { Engine } from '../engines/engine.js';
import { plainGpuJs } from '../engines/plain-gpujs.js';
import { sessionOf } from '../engines/unfold-session.js';

export const gpuModes = ['webgl2', 'webgpu', 'webasm'] as const;
export type PageMode = (typeof gpuModes)[number];

const unfold = (mode: PageMode): Engine => ({
  id: `unfold-${mode}`,
  name: `Unfold gpu:${mode}`,
  threads: 1,
  promise: 'half-digits',
  async open() {
    const core = await import('@unfoldjs/core');
    const { gpu } = await import('@unfoldjs/backend-gpu');
    try {
      return await sessionOf(core, await gpu({ mode }).open());
    } catch (error) {
      if (error instanceof core.UnfoldError && error.code === 'NO_BACKEND') throw new Unavailable(error.problem);
      throw error;
    }
  },
});

/** The engines of this project's own page. */
export const ownEngines: readonly Engine[] = gpuModes.flatMap((mode) => [unfold(mode), plainGpuJs(mode)]);
