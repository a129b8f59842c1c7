import type { Generator, KernelSource, SourceCall } from './kernel-source.js';

type Attempt = (call: SourceCall) => KernelSource | readonly KernelSource[] | null;

/** Kernels of several results a thread, by what a mode can do; each gives null where that is not worth it, or cannot be written. */
export interface Several {
  readonly wgsl?: Attempt;
  readonly glsl?: Attempt;
  readonly rows?: Attempt;
}

/** A generator that tries several results a thread before `single`, one result a thread. */
export const severalOr =
  (several: Several, single: Generator): Generator =>
  (call) => {
    const { native, rows } = call.facts;
    const attempt = native === 'wgsl' ? several.wgsl : native ? several.glsl : rows ? several.rows : undefined;
    const found = attempt?.(call);
    return found ? [found].flat() : single(call);
  };
