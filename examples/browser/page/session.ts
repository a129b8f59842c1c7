import { setBackend } from '@unfoldjs/core';
import type { Params } from '@unfoldjs/nn';
import type { Opened } from './backend-choices.js';
import { classifierOn, type Classifier } from './classifier.js';
import { measure, type Timing } from './timing.js';

/** What was seen on a backend. */
export interface Measured extends Opened {
  readonly timing: Timing;
  readonly probabilities: Float32Array;
}

/** The network on the backend of the moment. */
export interface Session {
  /** Null before the first move. */
  readonly classifier: Classifier | null;
  /**
   * Takes the same weights to another backend, measures them there, and ends the one before.
   *
   * @throws Error whatever opening and running throw; then all is as it was.
   */
  moveTo(open: () => Promise<Opened>, ink: Float32Array): Promise<Measured>;
}

/** @param weights - on the host, from where they go to every backend. */
export function sessionOf(weights: Params): Session {
  let classifier: Classifier | null = null;
  return {
    get classifier() {
      return classifier;
    },
    async moveTo(open, ink) {
      const before = classifier;
      const opened = await open();
      try {
        const next = await classifierOn(opened.backend, weights);
        const timing = await measure(() => next.classify(ink));
        const probabilities = await next.classify(ink);
        classifier = next;
        await before?.dispose();
        return { ...opened, timing, probabilities };
      } catch (error) {
        classifier = before;
        if (before) await setBackend(before.backend);
        await opened.backend.dispose();
        throw error;
      }
    },
  };
}
