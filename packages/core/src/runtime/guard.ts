import type { Backend } from '../backend/contract.js';
import { UnfoldError, unfoldError } from '../errors/unfold-error.js';
import { within } from './deadline.js';
import { markLost } from './lost.js';

/**
 * Calls into a backend: whatever it throws becomes a typed error, with the backend's own as its cause.
 *
 * @param undo - takes back what comes after the backend's deadline.
 */
export async function guard<T>(backend: Backend, doing: string, work: () => T | Promise<T>, undo: (late: T) => void = () => undefined): Promise<T> {
  try {
    const working = work();
    return working instanceof Promise ? await within(backend, doing, working, undo) : working;
  } catch (fault) {
    const typed = typedFault(backend, doing, fault);
    if (isLoss(typed)) markLost(backend, reasonOf(typed));
    throw typed;
  }
}

/** A device that is gone, or does not answer: the same call is of no use. */
export const isLoss = (fault: unknown): boolean => fault instanceof UnfoldError && (fault.code === 'DEVICE_LOST' || fault.code === 'TIMED_OUT');

/** What a backend threw as a typed error. */
export const typedFault = (backend: Backend, doing: string, fault: unknown): UnfoldError =>
  fault instanceof UnfoldError
    ? fault
    : unfoldError({
        code: 'BACKEND_FAILED',
        op: doing,
        problem: `the backend ${backend.name} failed: ${reasonOf(fault)}.`,
        fix: 'every tensor is as it was before the call; choose another backend with `setBackend` if this one is lost.',
        cause: fault,
      });

/** What a thrown value says, without the name of its class and a full stop. */
export const reasonOf = (fault: unknown): string => (fault instanceof UnfoldError ? fault.problem : fault instanceof Error ? fault.message : String(fault)).replace(/\.$/, '');
