import { unfoldError } from '@unfoldjs/core';
import type { BlobStore } from '../engine/blob-store.js';
import type { JobError } from '../engine/job-engine.js';
import type { Json } from '../engine/json.js';
import type { Task } from '../engine/task.js';
import { jobErrorOf, refusedPayload } from './errors.js';
import { openEnvelope } from './envelope.js';

/** What a worker says of a job. `late` was stopped by its deadline, and is tried again. */
export type Answer =
  | { readonly status: 'done'; readonly result: Json; readonly milliseconds: number }
  | { readonly status: 'failed'; readonly error: JobError }
  | { readonly status: 'late' };

export interface JobHost {
  readonly tasks: ReadonlyMap<string, Task>;
  readonly blobs: (scope: string) => BlobStore;
}

/** Runs one job that arrived. Never throws: whatever is wrong with it is its own failure. */
export async function runJob(host: JobHost, arrived: unknown, report: (progress: Json) => void): Promise<Answer> {
  const failed = (error: unknown, task = 'job'): Answer => ({ status: 'failed', error: jobErrorOf(error, task) });
  let opened: ReturnType<typeof openEnvelope>;
  try {
    opened = openEnvelope(arrived);
  } catch (error) {
    return failed(error);
  }
  const { task: name, scope, deadlineMs } = opened.envelope;
  const task = host.tasks.get(name);
  if (!task) return failed(unfoldError({ code: 'TASK_UNKNOWN', op: 'job', argument: 'task', problem: `the module of tasks has no ${JSON.stringify(name)}; it has ${[...host.tasks.keys()].join(', ')}.`, fix: 'export it there, and start the workers again.' }));
  let payload: Json;
  try {
    payload = task.parse(opened.payload);
  } catch (error) {
    return failed(refusedPayload(`${name} does not take it: ${error instanceof Error ? error.message : String(error)}`, 'send what its `parse` takes.'));
  }
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), deadlineMs);
  const start = performance.now();
  try {
    const returned = await task.run(payload, { signal: controller.signal, blobs: host.blobs(scope), report: async (progress) => report(progress) });
    // As JSON makes it, so that it is the same wherever the task ran. `undefined` is nothing.
    const result = JSON.parse(JSON.stringify(returned) ?? 'null') as Json;
    return { status: 'done', result, milliseconds: performance.now() - start };
  } catch (error) {
    return controller.signal.aborted ? { status: 'late' } : failed(error, name);
  } finally {
    clearTimeout(timer);
  }
}
