import { createHash } from 'node:crypto';
import { unfoldError } from '@unfoldjs/core';

export const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();

const digestBytes = 32;

/** Bytes behind the SHA-256 of them. */
export const sealed = (bytes: Uint8Array): Buffer => Buffer.concat([sha256(bytes), bytes]);

/** What was sealed, in memory of its own. @throws {UnfoldError} BLOB_DAMAGED */
export function unsealed(stored: Uint8Array, key: string): Uint8Array {
  const bytes = new Uint8Array(stored.subarray(digestBytes));
  if (stored.length >= digestBytes && sha256(bytes).equals(stored.subarray(0, digestBytes))) return bytes;
  throw unfoldError({ code: 'BLOB_DAMAGED', op: 'blobs.get', argument: 'key', problem: `the ${stored.length} bytes under ${JSON.stringify(key)} are not those that were written.`, fix: 'write it again; if that happens often, look at the disk or the Redis that holds it.' });
}

export const missingBlob = (key: string): Error =>
  unfoldError({ code: 'BLOB_MISSING', op: 'blobs.get', argument: 'key', problem: `nothing is under ${JSON.stringify(key)}, or no longer.`, fix: 'write it before the jobs that name it, and let it live longer than they wait.' });
