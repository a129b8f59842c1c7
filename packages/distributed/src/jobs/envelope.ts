import type { Job } from '../engine/job-engine.js';
import type { Json } from '../engine/json.js';
import { sha256 } from '../bytes/sealed.js';
import { refusedPayload } from './errors.js';

/** The largest payload, in bytes of JSON. What is larger travels as a blob. */
export const maxPayloadBytes = 256 * 1024;

/** A job as it travels to a worker. */
export interface Envelope {
  readonly scope: string;
  readonly task: string;
  /** JSON. */
  readonly payload: string;
  /** SHA-256 of the payload, in hex. */
  readonly checksum: string;
  readonly deadlineMs: number;
  readonly attempts: number;
}

/** @throws {UnfoldError} PAYLOAD_REFUSED where it is larger than jobs may carry. */
export function envelopeOf({ task, payload }: Job, { scope, deadlineMs, attempts }: Pick<Envelope, 'scope' | 'deadlineMs' | 'attempts'>): Envelope {
  const text = JSON.stringify(payload);
  assertSize(text);
  return { scope, task, payload: text, checksum: sha256(text).toString('hex'), deadlineMs, attempts };
}

function assertSize(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxPayloadBytes) throw refusedPayload(`its payload is ${bytes.toLocaleString('en')} bytes, and ${maxPayloadBytes.toLocaleString('en')} is the most.`, 'put what is large into `blobs`, and its key into the payload.');
}

/** What arrived, checked as data that anyone may have written. @throws {UnfoldError} PAYLOAD_REFUSED */
export function openEnvelope(arrived: unknown): { readonly envelope: Envelope; readonly payload: Json } {
  const { scope, task, payload, checksum, deadlineMs, attempts } = (arrived ?? {}) as Partial<Record<keyof Envelope, unknown>>;
  const broken = (what: string) => refusedPayload(`what arrived is no job: ${what}.`, 'let jobs be added by a session of this version of @unfoldjs/distributed alone.', 'job');
  if (typeof scope !== 'string' || !isScope(scope)) throw broken('its scope is missing');
  if (typeof task !== 'string') throw broken('it names no task');
  if (!isCount(deadlineMs, maxDeadlineMs) || !isCount(attempts, 1000)) throw broken('its deadline or number of attempts is out of bounds');
  if (typeof payload !== 'string' || typeof checksum !== 'string') throw broken('its payload is missing');
  assertSize(payload);
  if (sha256(payload).toString('hex') !== checksum) throw refusedPayload('its payload is not the one that was sent: the checksum differs.', 'add the job again.');
  try {
    return { envelope: { scope, task, payload, checksum, deadlineMs, attempts }, payload: JSON.parse(payload) as Json };
  } catch {
    throw refusedPayload('its payload is no JSON.', 'send JSON.');
  }
}

/** What timers of Node can wait, less the time that a task has to stop by itself. */
export const maxDeadlineMs = 2 ** 31 - 1 - 60_000;

export const isScope = (text: string): boolean => /^[a-z0-9][a-z0-9-]{0,127}$/.test(text);
export const isCount = (value: unknown, max: number): value is number => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= max;
