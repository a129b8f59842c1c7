import type { Backend, BackendBuffer } from '../backend/contract.js';
import { badArgument, unfoldError } from '../errors/unfold-error.js';
import { formatType } from '../types/tensor-type.js';
import { formatTable } from '../errors/table.js';
import { typedFault } from './guard.js';
import { macrotask } from './macrotask.js';

/** Who shares a buffer, and what it costs. */
interface Holding {
  readonly backend: Backend;
  readonly bytes: number;
  /** Storages and runs in flight that need it. */
  owners: number;
}

const holdings = new Map<BackendBuffer, Holding>();
let liveBytes = 0;
let bytesSinceYield = 0;
let evaluationsSinceYield = 0;

const limits = { budget: 256 * 2 ** 20, limit: Infinity };

/** How much of the runtime's evaluations pass between two turns of the event loop, at the most. */
const evaluationsPerYield = 256;

/** Bytes in buffers that tensors own, over all backends, and how many buffers they are. */
export const liveMemory = (): { bytes: number; buffers: number } => ({ bytes: liveBytes, buffers: holdings.size });

/**
 * Sets the runtime's limits in bytes. Past `budget` bytes of new results (default 256 MiB) the runtime gives the event loop one
 * turn, so that collected tensors free their memory; a result that would take live tensors past `limit` (default none) is refused.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where one is not a positive number.
 */
export function setMemoryLimits(next: { readonly budget?: number; readonly limit?: number }): void {
  for (const [name, value] of Object.entries(next)) {
    if (typeof value !== 'number' || !(value > 0)) {
      throw badArgument('setMemoryLimits', name, `${value} is not a number of bytes above 0.`, 'pass bytes, or Infinity for none.');
    }
  }
  Object.assign(limits, next);
}

/** Counts one more owner of a buffer. */
export function retain(backend: Backend, buffer: BackendBuffer, bytes: number): void {
  const holding = holdings.get(buffer);
  if (holding) {
    holding.owners++;
    return;
  }
  holdings.set(buffer, { backend, bytes, owners: 1 });
  liveBytes += bytes;
  bytesSinceYield += bytes;
}

/** Counts one owner less; the last one frees the buffer. */
export function release(buffer: BackendBuffer): void {
  const holding = holdings.get(buffer);
  if (!holding || --holding.owners > 0) return;
  holdings.delete(buffer);
  liveBytes -= holding.bytes;
  try {
    holding.backend.free(buffer);
  } catch (fault) {
    throw typedFault(holding.backend, 'free', fault);
  }
}

/** How many storages and runs in flight need a buffer. */
export const ownersOf = (buffer: BackendBuffer): number => holdings.get(buffer)?.owners ?? 0;

/** Nobody called who could be told of a fault. */
const collected = /* @__PURE__ */ new FinalizationRegistry<BackendBuffer>((buffer) => {
  try {
    release(buffer);
  } catch {
    // The buffer is gone from the books; what its backend keeps of it, only it knows.
  }
});

/** Ties a buffer to an owner: it is released when the owner lets go of it or is collected. */
export function account(owner: object, backend: Backend, buffer: BackendBuffer, bytes: number): void {
  retain(backend, buffer, bytes);
  collected.register(owner, buffer, owner);
}

/** Releases all buffers of an owner. */
export function settle(owner: object, buffers: Iterable<BackendBuffer>): void {
  collected.unregister(owner);
  releaseAll(buffers);
}

/** Releases each of some buffers, also where one before it cannot be freed. @throws {UnfoldError} the first fault, after the last of them. */
export function releaseAll(buffers: Iterable<BackendBuffer>): void {
  let fault: unknown;
  for (const buffer of buffers) {
    try {
      release(buffer);
    } catch (error) {
      fault ??= error;
    }
  }
  if (fault) throw fault;
}

/**
 * Called before each run with the bytes it will return. Yields to the event loop where it is time.
 *
 * @throws {UnfoldError} OUT_OF_MEMORY past the limit, with the largest holders.
 */
export async function makeRoom(bytes: number): Promise<void> {
  if (++evaluationsSinceYield >= evaluationsPerYield || bytesSinceYield + bytes > limits.budget) {
    evaluationsSinceYield = 0;
    bytesSinceYield = 0;
    await macrotask();
  }
  if (liveBytes + bytes <= limits.limit) return;
  await macrotask();
  if (liveBytes + bytes <= limits.limit) return;
  const largest = [...holdings].sort(([, a], [, b]) => b.bytes - a.bytes).slice(0, 5);
  throw unfoldError({
    code: 'OUT_OF_MEMORY',
    op: 'evaluate',
    problem: `${bytes} bytes more would take live tensors from ${liveBytes} past the limit of ${limits.limit}. The largest are:\n${formatTable(
      ['tensor', 'bytes', 'backend'],
      largest.map(([buffer, holding]) => [formatType(buffer.type), String(holding.bytes), holding.backend.name]),
    )}`,
    fix: 'dispose of tensors that are no longer needed (`using`, `dispose`, `tidy`), or raise the limit with `setMemoryLimits`.',
  });
}
