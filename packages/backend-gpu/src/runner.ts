import type { AbortSignalLike, Program, StepTiming } from '@unfoldjs/core';
import type { Handle } from './gpujs.js';
import type { KernelPlan } from './plan.js';
import type { Session } from './session.js';

/** What a program is run with. */
export interface RunnerSetup {
  readonly session: Session;
  readonly program: Program;
  readonly plan: KernelPlan;
}

/** Runs the kernels of a plan. */
export interface Runner {
  /**
   * @param inputs - a handle for each input of the program, in order; borrowed.
   * @returns a handle for each output of the program that has elements, null for the others; they belong to the caller.
   */
  run(inputs: readonly Handle[], signal?: AbortSignalLike): Promise<(Handle | null)[]>;
  /** The same, waiting for the device after each kernel, whose time is added to `timings`. Null where that cannot be done. */
  readonly timed: ((inputs: readonly Handle[], timings: StepTiming[]) => Promise<(Handle | null)[]>) | null;
  /** Where and how it runs, with what gpu.js says of itself once it did. */
  readonly ranOn: string;
  dispose(): void;
}
