import type { Backend } from '../backend/contract.js';
import { UnfoldError, unfoldError } from '../errors/unfold-error.js';

/** Calls into a backend: whatever it throws becomes a typed error, with the backend's own as its cause. */
export async function guard<T>(backend: Backend, doing: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    if (fault instanceof UnfoldError) throw fault;
    throw unfoldError({
      code: 'BACKEND_FAILED',
      op: doing,
      problem: `the backend ${backend.name} failed: ${reasonOf(fault)}.`,
      fix: 'every tensor is as it was before the call; choose another backend with `setBackend` if this one is lost.',
      cause: fault,
    });
  }
}

/** What a thrown value says, without the name of its class and a full stop. */
export const reasonOf = (fault: unknown): string => (fault instanceof UnfoldError ? fault.problem : fault instanceof Error ? fault.message : String(fault)).replace(/\.$/, '');
