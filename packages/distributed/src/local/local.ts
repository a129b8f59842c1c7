import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { badArgument } from '@unfoldjs/core';
import type { JobEngine } from '../engine/job-engine.js';
import { settingsOf } from '../jobs/settings.js';
import { ProcessPool } from '../processes/process-pool.js';
import { isWorkerProcess } from '../processes/serve.js';
import { LocalSession } from './local-session.js';

export interface LocalOptions {
  /** Processes that run jobs. Default: as many as the machine runs at once (`os.availableParallelism()`). */
  readonly workers?: number;
  /**
   * Where outcomes and blobs are kept, so that a session that is opened after the program was stopped, or killed, goes on where it was: each scope
   * has a folder of its own in it. Default: none; outcomes are in memory and blobs in a temporary folder, and `close` forgets both.
   */
  readonly folder?: string;
}

/**
 * Runs jobs on this machine, in processes of their own. Nothing needs to be installed or started.
 *
 * A process that is lost (killed, out of memory, ended by a task) is started again, and its job is tried again. One that is not done at its deadline
 * has a second to stop once its signal is aborted, and is killed then. `close` waits for the jobs that run where there is a `folder` to keep their
 * outcomes in, and ends them where there is none. Worker processes end with the program.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT
 * @example
 * import { writeFileSync, mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { local } from '@unfoldjs/distributed';
 *
 * const folder = mkdtempSync(join(tmpdir(), 'unfold-example-'));
 * const tasks = `${folder}/tasks.mjs`;
 * writeFileSync(tasks, "export const double = { name: 'double', parse: Number, run: async (x) => 2 * x };");
 * const session = await local({ workers: 1 }).open({ tasks, scope: 'example' });
 * const [outcome] = await session.round('first', [{ id: 'a', task: 'double', payload: 21 }]);
 * await session.close();
 * outcome.status === 'done' && outcome.result; // => 42
 */
export function local({ workers = availableParallelism(), folder }: LocalOptions = {}): JobEngine {
  if (!Number.isSafeInteger(workers) || workers < 1 || workers > 1024) throw badArgument('local', 'workers', `${String(workers)} is no number of processes from 1 to 1024.`, 'leave it out for as many as the machine runs at once.');
  if (folder !== undefined && (typeof folder !== 'string' || folder === '')) throw badArgument('local', 'folder', `${String(folder)} is no path.`, 'give the path of a folder, or leave it out.');
  return {
    name: 'local',
    async open(options) {
      const settings = settingsOf(options);
      if (isWorkerProcess()) throw badArgument('open', 'tasks', `${settings.tasks} opens an engine while it is loaded, in a worker process of one.`, 'keep the tasks in a module of their own, which starts nothing.');
      const root = folder === undefined ? mkdtempSync(join(tmpdir(), 'unfold-local-')) : resolve(folder);
      const forget = (): void => rmSync(root, { recursive: true, force: true });
      if (folder === undefined) process.once('exit', forget);
      const dispose = async (): Promise<void> => {
        if (folder !== undefined) return;
        process.off('exit', forget);
        await rm(root, { recursive: true, force: true });
      };
      try {
        const pool = await ProcessPool.open({ tasks: settings.tasks, blobs: { kind: 'folder', path: root } }, workers, 'open');
        return new LocalSession(pool, settings, { root, isKept: folder !== undefined, dispose });
      } catch (error) {
        await dispose();
        throw error;
      }
    },
  };
}
