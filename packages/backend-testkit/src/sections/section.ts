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
}

/** Thrown by a case that has nothing to run here. */
export class LeftOut {
  constructor(readonly reason: string) {}
}

export interface Case {
  /** Unique in its section. */
  readonly title: string;
  /** @throws ConformanceError where the backend is wrong; LeftOut where it denies all of the case. */
  run(context: CaseContext): Promise<void>;
}

export interface Section {
  readonly name: string;
  readonly cases: readonly Case[];
}
