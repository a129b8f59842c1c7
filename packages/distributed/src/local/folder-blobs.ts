import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { missingBlob, sealed, sha256, unsealed } from '../bytes/sealed.js';
import type { BlobStore } from '../engine/blob-store.js';

export const blobFolder = (root: string, scope: string): string => join(root, scope, 'blobs');

/** Blobs as files that all processes of this machine reach. They live until the scope is cleared. */
export function folderBlobs(root: string, scope: string): BlobStore {
  const folder = blobFolder(root, scope);
  // Keys may hold anything, and file systems differ in what names may.
  const fileOf = (key: string): string => join(folder, sha256(key).toString('hex'));
  return {
    async put(key, bytes) {
      const temporary = `${fileOf(key)}.${randomBytes(6).toString('hex')}.tmp`;
      await mkdir(folder, { recursive: true });
      try {
        await writeFile(temporary, sealed(bytes));
        await rename(temporary, fileOf(key));
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    async get(key) {
      const stored = await readFile(fileOf(key)).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? missingBlob(key) : error;
      });
      return unsealed(stored, key);
    },
    async delete(keys) {
      await Promise.all(keys.map((key) => rm(fileOf(key), { force: true })));
    },
  };
}
