import type { Backend } from '../backend/contract.js';
import { unfoldError } from '../errors/unfold-error.js';

const deadlines = new WeakMap<Backend, number>();

/** Sets how many milliseconds a call to this backend may take; null for any. */
export function setDeadline(backend: Backend, ms: number | null): void {
  if (ms === null) deadlines.delete(backend);
  else deadlines.set(backend, ms);
}

/**
 * Waits for a call to a backend until its deadline. What comes later is given to `undo`, as nobody waits for it any more.
 *
 * @throws {UnfoldError} TIMED_OUT
 */
export function within<T>(backend: Backend, doing: string, work: Promise<T>, undo: (late: T) => void): Promise<T> {
  const ms = deadlines.get(backend);
  if (ms === undefined) return work;
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(
        unfoldError({
          code: 'TIMED_OUT',
          op: doing,
          problem: `the backend ${backend.name} did not answer within ${ms} ms.`,
          fix: 'choose a backend again with `setBackend`; with a longer `deadlineMs` if it was only slow.',
        }),
      );
    }, ms);
    work.then(
      (value) => {
        clearTimeout(timer);
        if (!isLate) resolve(value);
        else undo(value);
      },
      (fault: unknown) => {
        clearTimeout(timer);
        reject(fault as Error);
      },
    );
  });
}
