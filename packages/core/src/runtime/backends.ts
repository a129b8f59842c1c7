import { backendApiVersion, type Backend, type BackendSpec } from '../backend/contract.js';
import { UnfoldError, badArgument, unfoldError } from '../errors/unfold-error.js';
import { formatTable } from '../errors/table.js';
import { describe } from '../tensor/nested.js';
import { reasonOf } from './guard.js';

/** A backend, something that opens one, or a function that returns either. */
export type BackendSource = Backend | BackendSpec | (() => Backend | BackendSpec);

/** Why a backend that was asked for is not the one that runs. */
export interface BackendRefusal {
  readonly name: string;
  readonly reason: string;
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
 * @example
 * import { setBackend } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * const backend = await setBackend([cpu()]);
 * backend.name; // 'cpu'
 */
export async function setBackend(sources: BackendSource | readonly BackendSource[]): Promise<Backend> {
  const list = Array.isArray(sources) ? (sources as readonly BackendSource[]) : [sources as BackendSource];
  const refusals: BackendRefusal[] = [];
  for (const source of list) {
    const given = typeof source === 'function' ? source() : source;
    if (isBackend(given)) return choose(given, refusals);
    if (!isSpec(given)) {
      throw badArgument(
        'setBackend',
        'sources',
        `${describe(given)} is not a backend.`,
        'pass `cpu()`, `gpu()`, a backend of your own, or a list of them.',
      );
    }
    try {
      return choose(await given.open(), refusals);
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

function choose(backend: Backend, refusals: readonly BackendRefusal[]): Backend {
  if (!isBackend(backend) || backend.apiVersion !== backendApiVersion) {
    throw badArgument(
      'setBackend',
      'sources',
      isBackend(backend) ? `${backend.name} was written for version ${backend.apiVersion} of the backend contract; this is version ${backendApiVersion}.` : `${describe(backend)} is not a backend.`,
      'install versions of the backend and of core that belong together.',
    );
  }
  current = backend;
  refused = refusals;
  chosen = [...knownBackends().filter((known) => known !== backend), backend].map((known) => new WeakRef(known));
  return backend;
}

const isBackend = (value: unknown): value is Backend => typeof value === 'object' && value !== null && 'compile' in value && 'upload' in value;
const isSpec = (value: unknown): value is BackendSpec => typeof value === 'object' && value !== null && 'open' in value;
