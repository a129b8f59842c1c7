import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import workerpool from 'workerpool';
import { openBlobs, type BlobPlace } from '../bytes/blob-place.js';
import type { WorkerInfo } from '../engine/job-engine.js';
import type { Json } from '../engine/json.js';
import { runJob, type Answer, type JobHost } from '../jobs/run-job.js';
import { loadTasks } from '../jobs/tasks-module.js';
import { measureBackend } from './speed.js';

/** What a process is told when it starts. */
export interface ProcessSetup {
  /** A file URL. */
  readonly tasks: string;
  readonly blobs: BlobPlace;
}

export interface StartedProcess extends WorkerInfo {
  readonly pid: number;
}

/** What a process says while it runs a job. */
export type ProcessEvent = { readonly kind: 'started' } | { readonly kind: 'report'; readonly progress: Json };

let isServing = false;

/** Whether this process is one of a pool: it opens no engine of its own, which would start processes without end. */
export const isWorkerProcess = (): boolean => isServing;

/** Takes jobs from the process that forked this one, until that ends. What `bin/worker-process.js` of this package runs. */
export function serveJobs(): void {
  isServing = true;
  let host: JobHost | null = null;
  const emit = (event: ProcessEvent): void => workerpool.workerEmit(event);
  workerpool.worker({
    async start({ tasks: url, blobs }: ProcessSetup): Promise<StartedProcess | { readonly problem: string }> {
      try {
        const { tasks, setup } = await loadTasks(url);
        await setup?.();
        host = { tasks, blobs: await openBlobs(blobs) };
        return { id: `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`, pid: process.pid, ...(await measureBackend()) };
      } catch (error) {
        return { problem: error instanceof Error ? error.message : String(error) };
      }
    },
    // In place of the method of this name that the library brings, which runs code that it is sent.
    async run(arrived: unknown): Promise<Answer> {
      emit({ kind: 'started' });
      // A task that ends its process at once would take the message with it.
      await new Promise(setImmediate);
      return runJob(host!, arrived, (progress) => emit({ kind: 'report', progress }));
    },
  });
}
