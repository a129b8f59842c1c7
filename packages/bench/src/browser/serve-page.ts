import { Unavailable, type Facts, type OpenCase, type Sample } from '../bench.js';
import type { Engine } from '../engines/engine.js';
import { speedCase } from '../speed/measure.js';
import { browserWorkloads } from './workloads.js';

export type Opened = { readonly ready: Facts } | { readonly refused: string };

/** Lets a page be asked from outside to open one of its engines on a workload, and for samples of it. */
export function servePage(engines: readonly Engine[]): void {
  let opened: OpenCase;
  const page = {
    async open(workloadId: string, engineId: string): Promise<Opened> {
      const [workload, engine] = [browserWorkloads.find(({ id }) => id === workloadId)!, engines.find(({ id }) => id === engineId)!];
      try {
        opened = await speedCase(workload, engine).open();
        return { ready: opened.facts ?? {} };
      } catch (error) {
        if (error instanceof Unavailable) return { refused: error.message };
        throw error;
      }
    },
    sample: (): Promise<Sample> => opened.sample(),
  };
  Object.assign(globalThis, { page });
}
