import type { Backend } from '../backend/contract.js';

const lost = new WeakMap<Backend, string>();

/** Notes that a backend's device went away, or that it does not answer: what only it holds cannot be had again. */
export const markLost = (backend: Backend, reason: string): void => void lost.set(backend, reason);

/** Why a backend is lost, or null. */
export const lossOf = (backend: Backend): string | null => lost.get(backend) ?? null;
