import type { RoundConstants } from './cost.js';

/** Examples of a step of one shard, in all that is measured. */
export const batch = 32;

/** A round as it was measured, and as the model has it. */
export interface Check {
  readonly workers: number;
  readonly localSteps: number;
  /** Medians, in seconds. */
  readonly measured: number;
  readonly predicted: number;
}

export interface Measured {
  readonly constants: RoundConstants;
  readonly modelBytes: number;
  readonly slotBytes: number;
  readonly checks: readonly Check[];
}
