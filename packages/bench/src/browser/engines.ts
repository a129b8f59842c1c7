import { Unavailable } from '../bench.js';
import type { Engine } from '../engines/engine.js';
import { plainGpuJs } from '../engines/plain-gpujs.js';
import { sessionOf } from '../engines/unfold-session.js';

export const gpuModes = ['webgl2', 'webgpu', 'webasm'] as const;
export type PageMode = (typeof gpuModes)[number];

/** Without tiles: one result a thread in every kernel. */
const unfold = (mode: PageMode, tiles: boolean): Engine => ({
  id: tiles ? `unfold-${mode}` : `unfold-${mode}-single`,
  name: `Unfold gpu:${mode}${tiles ? '' : ', one result a thread'}`,
  threads: 1,
  promise: 'half-digits',
  async open() {
    const core = await import('@unfoldjs/core');
    const { gpu } = await import('@unfoldjs/backend-gpu');
    try {
      return await sessionOf(core, await gpu({ mode, without: tiles ? [] : ['tiles'] }).open());
    } catch (error) {
      if (error instanceof core.UnfoldError && error.code === 'NO_BACKEND') throw new Unavailable(error.problem);
      throw error;
    }
  },
});

/** The engines of this project's own page. */
export const ownEngines: readonly Engine[] = gpuModes.flatMap((mode) => [unfold(mode, true), unfold(mode, false), plainGpuJs(mode)]);
