import type { BlobStore } from './blob-store.js';
import type { Json } from './json.js';

/** What a task is given beside its payload. */
export interface TaskContext {
  /** Aborted where the job is given up: its time is over, or its engine is closed. */
  readonly signal: AbortSignal;
  /** What is too large for a payload, under the keys that the payload names. */
  readonly blobs: BlobStore;
  /** Says how far the job is. Reports reach `onReport` of whoever waits for it, in order; the last of several may stand for all of them. */
  report(progress: Json): Promise<void>;
}

/**
 * Something that workers can do. Workers run the tasks that the user's own module exports, and nothing else: jobs name a task and bring a
 * payload, which is data.
 */
export interface Task<Payload extends Json = Json, Result extends Json = Json> {
  /** Unique in a module. */
  readonly name: string;
  /** The payload of a job, checked. @throws with a sentence for the user where it is not what the task takes. */
  parse(payload: Json): Payload;
  /** May run again for the same job where a worker was lost: give the same result for the same payload. */
  run(payload: Payload, context: TaskContext): Promise<Result>;
}

/** Declares a task. */
export const defineTask = <Payload extends Json, Result extends Json>(task: Task<Payload, Result>): Task<Payload, Result> => task;
