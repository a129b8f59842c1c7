import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unfoldError } from '@unfoldjs/core';
import { stepName, type Step } from './asha.js';

/** The bytes that trials left, in a folder that outlives the engine. */
export interface Checkpoints {
  read(step: Step): Promise<Uint8Array>;
  write(step: Step, bytes: Uint8Array): Promise<void>;
  /** Removes all but these. */
  keepOnly(steps: readonly Step[]): Promise<void>;
}

/** Checkpoints in files of this folder. */
export function checkpointsIn(folder: string): Checkpoints {
  const nameOf = (step: Step): string => `${stepName(step)}.safetensors`;
  return {
    async read(step) {
      const path = join(folder, nameOf(step));
      try {
        return await readFile(path);
      } catch (cause) {
        throw unfoldError({ code: 'INVALID_FILE', op: 'sweep', argument: 'folder', problem: `${path}, of which the journal speaks, cannot be read: ${(cause as Error).message}.`, fix: 'bring the file back, or give another folder and begin anew.', cause });
      }
    },
    write: (step, bytes) => writeWhole(join(folder, nameOf(step)), bytes),
    async keepOnly(steps) {
      const kept = new Set(steps.map(nameOf));
      const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
      await Promise.all(found.filter((name) => name.startsWith('trial-') && !kept.has(name)).map((name) => rm(join(folder, name), { force: true })));
    },
  };
}

/** Loads what writes only when it is needed: workers load this module too, and the files of nn bring much along. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const { writeAtomically } = await import('@unfoldjs/nn/node');
  await writeAtomically(path, bytes);
}
