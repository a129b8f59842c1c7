import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { badFile } from '../data/checks.js';
import { reasonOf } from './read.js';

/**
 * Writes a file as a whole or not at all: whenever the process or the machine stops, the path holds the old content or the new one.
 * The content goes to a file beside it, to the disk, and then takes the name. A process that is killed may leave that other file,
 * whose name ends in `.tmp`.
 *
 * @throws {UnfoldError} INVALID_FILE where it cannot be written; the old content stays.
 */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(folder, { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw badFile('writeAtomically', 'path', `${path} cannot be written: ${reasonOf(cause)}.`, 'give a path in a folder that may be written to.', cause);
  }
}

/** The new name is an entry of the folder, which has to reach the disk as well. Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
