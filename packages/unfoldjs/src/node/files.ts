import { readFile } from 'node:fs/promises';
import { badFile } from './faults.js';

const reasons: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EISDIR: 'it is a folder', ENOTDIR: 'a part of the path is a file', EACCES: 'it may not be opened' };

/** @throws {UnfoldError} INVALID_FILE */
export async function readBytes(path: string, op: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw badFile(op, path, `it cannot be read: ${reasons[code ?? ''] ?? message}.`, 'check the path.', cause);
  }
}

/** The lines of a text, without empty ones at its end. @throws {UnfoldError} INVALID_FILE */
export const readLines = async (path: string, op: string): Promise<string[]> => new TextDecoder().decode(await readBytes(path, op)).trimEnd().split(/\r?\n/);
