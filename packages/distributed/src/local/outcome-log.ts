import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../bytes/sealed.js';
import type { JobOutcome } from '../engine/job-engine.js';

/** Outcomes as files, one for each job, written as a whole or not at all. */
export class OutcomeLog {
  constructor(readonly folder: string) {}

  #fileOf(id: string): string {
    return join(this.folder, `${sha256(id).toString('hex')}.json`);
  }

  /** @returns null where there is none. @throws SyntaxError where someone else wrote the file. */
  async read(id: string): Promise<JobOutcome | null> {
    const text = await readFile(this.#fileOf(id), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return text === null ? null : (JSON.parse(text) as JobOutcome);
  }

  /** @throws {UnfoldError} INVALID_FILE where it cannot be written. */
  async write(outcome: JobOutcome): Promise<void> {
    const { writeAtomically } = await import('@unfoldjs/nn/node');
    await writeAtomically(this.#fileOf(outcome.id), JSON.stringify(outcome));
  }
}
