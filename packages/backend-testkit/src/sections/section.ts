import type { Backend } from '@unfoldjs/core';
import type { Accuracy } from '../accuracy.js';

/** What a case may use. */
export interface CaseContext {
  /** The backend under test, shared by all cases: a case leaves it as it found it. */
  readonly backend: Backend;
  /** Opens another instance, for cases that dispose of it. */
  open(): Promise<Backend>;
  /** How many random inputs a property tries. */
  readonly runs: number;
  readonly seed: number;
  /** Set where one failure is replayed: the path of its counterexample. */
  readonly path: string | undefined;
  /** Elements of the largest tensor that travels. */
  readonly largest: number;
  readonly accuracy: Accuracy;
  /** Notes what the backend denies, and why. */
  leaveOut(what: string, reason: string): void;
  /** Notes that an op's definition ran in its place, and why. */
  define?(reason: string): void;
  /** Receives, once for each case that passes and compares within a bound, the result that was furthest from its reference. */
  observe?(observation: Observation): void;
}

/** How far the worst result of a case was from its reference, and which of its inputs gave it. */
export interface Observation {
  /** In units of the bound: 0 is equal, 1 is as far as is allowed. */
  readonly error: number;
  readonly seed: number;
  /** With the seed, the input alone: as `UNFOLD_REPLAY` takes it. */
  readonly path: string;
}

/** Thrown by a case that has nothing to run here. */
export class LeftOut {
  constructor(readonly reason: string) {}
}

export interface Case {
  /** Unique in its section. */
  readonly title: string;
  /** The op that the case tries, where it tries one. */
  readonly op?: string;
  /** @throws ConformanceError where the backend is wrong; LeftOut where it denies all of the case. */
  run(context: CaseContext): Promise<void>;
}

export interface Section {
  readonly name: string;
  readonly mode: 'test' | 'grad';
  readonly cases: readonly Case[];
}
