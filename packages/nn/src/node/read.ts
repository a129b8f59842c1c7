import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { badFile } from '../data/checks.js';

/** The largest file that is unpacked: more is not a data set of small pictures. */
const maxUnpackedBytes = 2 ** 31 - 1;

/** Why a file could not be read or written, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Record<string, string> = { ENOENT: 'there is no such file or folder', EISDIR: 'it is a folder', ENOTDIR: 'a part of the path is a file', EACCES: 'it may not be opened', ENOSPC: 'the disk is full' };
  return known[code ?? ''] ?? message;
}

/** The bytes of a file; unpacked where they are packed with gzip, whatever the name. @throws {UnfoldError} INVALID_FILE */
export async function readBytes(path: string, op: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw badFile(op, 'path', `${path} cannot be read: ${reasonOf(cause)}.`, 'check the path.', cause);
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: maxUnpackedBytes });
  } catch (cause) {
    throw badFile(op, 'path', `${path} cannot be unpacked: ${(cause as Error).message}.`, 'fetch the whole file again.', cause);
  }
}
