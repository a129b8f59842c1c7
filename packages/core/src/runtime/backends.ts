import { backendApiVersion, type Backend, type BackendSpec } from '../backend/contract.js';
import { UnfoldError, badArgument, unfoldError } from '../errors/unfold-error.js';
import { formatTable } from '../errors/table.js';
import { describe } from '../tensor/nested.js';
import { setDeadline } from './deadline.js';
import { isLoss, reasonOf } from './guard.js';
import { lossOf } from './lost.js';
import { heedDebugLevel, watchers } from './watch.js';

/** A backend, something that opens one, or a function that returns either. */
export type BackendSource = Backend | BackendSpec | (() => Backend | BackendSpec);

/** Why a backend that was asked for is not the one that runs. */
export interface BackendRefusal {
  readonly name: string;
  readonly reason: string;
}

export interface BackendOptions {
  /**
   * What happens where the backend's device goes away, or does not answer in time. 'throw': the call's own error, DEVICE_LOST or TIMED_OUT. 'next': the next of the list that opens takes over, and the call
   * runs again there; it fails only where it needs what the lost device alone held. Default 'throw'.
   */
  readonly onLost?: 'throw' | 'next' | undefined;
  /** Milliseconds that one call to the backend (an upload, a compilation, a run, a reading) may take before it fails with TIMED_OUT. Default: any time. */
  readonly deadlineMs?: number | undefined;
}

let current: Backend | null = null;
let refused: readonly BackendRefusal[] = [];
let chosen: readonly WeakRef<Backend>[] = [];

/**
 * Chooses where tensors run: the first of the given backends that opens. The reasons of those before it are kept in
 * {@link backendRefusals}. Tensors that are realised elsewhere stay there.
 *
 * @throws {UnfoldError} NO_BACKEND with every reason, where none opens; INVALID_ARGUMENT for something that is no backend. The
 * backend chosen before stays.
 * @param sources - a backend, what opens one (`cpu()`), or a list of them in order of preference.
 * @example
 * import { setBackend } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * const backend = await setBackend([cpu()]);
 * backend.name; // 'cpu'
 */
export async function setBackend(sources: BackendSource | readonly BackendSource[], options: BackendOptions = {}): Promise<Backend> {
  const heeding = heedDebugLevel();
  if (heeding) await heeding;
  const { onLost = 'throw', deadlineMs } = options;
  if (onLost !== 'throw' && onLost !== 'next') throw badArgument('setBackend', 'onLost', `${describe(onLost)} is not one of its values.`, "use 'throw' or 'next'.");
  if (deadlineMs !== undefined && !(typeof deadlineMs === 'number' && deadlineMs > 0)) {
    throw badArgument('setBackend', 'deadlineMs', `${describe(deadlineMs)} is not a number of milliseconds above 0.`, 'pass milliseconds, or leave it out for any time.');
  }
  const list = Array.isArray(sources) ? (sources as readonly BackendSource[]) : [sources as BackendSource];
  const [backend, at, refusals] = await openFirst(list, []);
  setDeadline(backend, deadlineMs ?? null);
  successors = onLost === 'next' ? { sources: list.slice(at + 1), options } : null;
  return choose(backend, refusals);
}

/** The first of a list that opens, its place, and why those before it did not. */
async function openFirst(list: readonly BackendSource[], before: readonly BackendRefusal[]): Promise<[Backend, number, readonly BackendRefusal[]]> {
  const refusals = [...before];
  for (const [at, source] of list.entries()) {
    const given = typeof source === 'function' ? source() : source;
    if (isBackend(given)) return [fitting(given), at, refusals];
    if (!isSpec(given)) {
      throw badArgument(
        'setBackend',
        'sources',
        `${describe(given)} is not a backend.`,
        'pass `cpu()`, `gpu()`, a backend of your own, or a list of them.',
      );
    }
    try {
      return [fitting(await given.open()), at, refusals];
    } catch (fault) {
      if (fault instanceof UnfoldError && fault.code === 'INVALID_ARGUMENT') throw fault;
      refusals.push({ name: given.name, reason: reasonOf(fault) });
    }
  }
  if (list.length === 0) {
    throw unfoldError({ code: 'NO_BACKEND', op: 'setBackend', argument: 'sources', problem: 'the list of backends is empty.', fix: 'pass one or more, such as `setBackend([gpu(), cpu()])`.' });
  }
  throw unfoldError({
    code: 'NO_BACKEND',
    op: 'setBackend',
    problem: `none of the backends opened.\n${formatTable(['backend', 'reason'], refusals.map(({ name, reason }) => [name, reason]))}`,
    fix: 'add `cpu()` to the end of the list: it runs everywhere.',
  });
}

/** The backend that tensors run on, unless their operands live elsewhere. @throws {UnfoldError} NO_BACKEND before the first `setBackend`. */
export function getBackend(): Backend {
  if (current) return current;
  throw unfoldError({
    code: 'NO_BACKEND',
    op: 'getBackend',
    problem: 'no backend was chosen.',
    fix: "call `await setBackend(cpu())` first, with `cpu` from '@unfoldjs/backend-cpu' or 'unfoldjs'.",
  });
}

/** The backends that the last `setBackend` passed over, with their reasons. */
export const backendRefusals = (): readonly BackendRefusal[] => refused;

/** Every backend that was chosen so far and is still held by somebody: to name those that could run what another refuses. */
export const knownBackends = (): readonly Backend[] => chosen.flatMap((ref) => ref.deref() ?? []);

/** Where the next backend is looked for when the current one is lost; null where nobody asked for that. */
let successors: { readonly sources: readonly BackendSource[]; readonly options: BackendOptions } | null = null;
let takingOver: Promise<boolean> | null = null;
/** How often a backend took over. */
let takeovers = 0;

/**
 * Runs something that uses the current backend, and once more on each that takes over where the one before is lost.
 *
 * @throws whatever `work` throws, where nothing takes over.
 */
export async function orOnNext<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    const before = takeovers;
    try {
      return await work();
    } catch (fault) {
      if (!isLoss(fault) || !(takeovers > before || (await takeOver()))) throw fault;
    }
  }
}

/** Chooses the next backend where the current one is lost; calls at the same time wait for one another. */
function takeOver(): Promise<boolean> {
  const reason = current && lossOf(current);
  if (!reason || !successors) return takingOver ?? Promise.resolve(false);
  return (takingOver ??= (async () => {
    const { sources, options } = successors!;
    const refusals = [...refused, { name: current!.name, reason }];
    try {
      const [backend, at, reasons] = await openFirst(sources, refusals);
      setDeadline(backend, options.deadlineMs ?? null);
      successors = { sources: sources.slice(at + 1), options };
      choose(backend, reasons);
      takeovers++;
      return true;
    } catch {
      refused = refusals;
      successors = null;
      return false;
    } finally {
      takingOver = null;
    }
  })());
}

/** @throws {UnfoldError} INVALID_ARGUMENT */
function fitting(backend: Backend): Backend {
  if (!isBackend(backend) || backend.apiVersion !== backendApiVersion) {
    throw badArgument(
      'setBackend',
      'sources',
      isBackend(backend) ? `${backend.name} was written for version ${backend.apiVersion} of the backend contract; this is version ${backendApiVersion}.` : `${describe(backend)} is not a backend.`,
      'install versions of the backend and of core that belong together.',
    );
  }
  return backend;
}

function choose(backend: Backend, refusals: readonly BackendRefusal[]): Backend {
  current = backend;
  refused = refusals;
  chosen = [...knownBackends().filter((known) => known !== backend), backend].map((known) => new WeakRef(known));
  for (const watcher of watchers) watcher.chosen?.(backend, refusals);
  return backend;
}

const isBackend = (value: unknown): value is Backend => typeof value === 'object' && value !== null && 'compile' in value && 'upload' in value;
const isSpec = (value: unknown): value is BackendSpec => typeof value === 'object' && value !== null && 'open' in value;
