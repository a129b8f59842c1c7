import type { BlobStore } from './blob-store.js';
import type { Json } from './json.js';

/** One piece of work. */
export interface Job {
  /** Unique in a session's scope. A job whose outcome is known is not run again. */
  readonly id: string;
  /** The name of a task of the session's module. */
  readonly task: string;
  readonly payload: Json;
}

/** How a job ended. A job fails once, for good: lost workers are tried again before. */
export type JobOutcome<Result extends Json = Json> =
  | { readonly id: string; readonly status: 'done'; readonly result: Result; readonly worker: string; readonly milliseconds: number }
  | { readonly id: string; readonly status: 'failed'; readonly error: JobError };

/** An error as it travels: its code and its text, never its stack. */
export interface JobError {
  readonly code: string;
  readonly message: string;
}

export interface WorkerInfo {
  readonly id: string;
  /** The backend that its module chose; null where none is chosen yet. */
  readonly backend: string | null;
  /** Matrix products per second of that backend, measured when the worker started, in GFLOP/s; null where that is not known. */
  readonly gigaflops: number | null;
}

export interface SessionOptions {
  /** The module whose exported tasks the workers run: a path or a file URL. Workers of `bullmq` name theirs themselves (`--tasks`), and must name one that has the same tasks. */
  readonly tasks: string | URL;
  /** Separates this work from other work on the same engine; a session of the same scope goes on where one before it stopped. Lower-case letters, digits and dashes. */
  readonly scope: string;
  /** Milliseconds that one job may take before it counts as lost and runs again. Default: 10 minutes. */
  readonly deadlineMs?: number;
  /** How often a job is tried before it fails. Errors that a task throws are not tried again: only lost workers and deadlines. Default: 5. */
  readonly attempts?: number;
}

export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** What tasks report while they run. */
  readonly onReport?: (id: string, progress: Json) => void;
}

/** Work in progress on an engine. */
export interface JobSession {
  readonly blobs: BlobStore;
  /**
   * Runs jobs as they come and gives their outcomes as they end, in any order. At most `ahead` jobs are taken from `jobs` and not yet
   * answered: that is the back-pressure. Default: four for each worker.
   */
  outcomes(jobs: Iterable<Job> | AsyncIterable<Job>, options?: WaitOptions & { readonly ahead?: number }): AsyncIterable<JobOutcome>;
  /** Runs jobs as one unit (one flow, whose parent waits for its children) and gives their outcomes in the order of the jobs, when all have ended. */
  round(id: string, jobs: readonly Job[], options?: WaitOptions): Promise<readonly JobOutcome[]>;
  /** Those that are alive now. */
  workers(): Promise<readonly WorkerInfo[]>;
  /** Forgets outcomes and blobs of this scope. */
  clear(): Promise<void>;
  /** Ends the session; what runs is left to finish, and is found by the next session of the scope where the engine keeps it. A second call does nothing. */
  close(): Promise<void>;
}

/** Where work runs. The same program runs on either engine by changing this one value: `local()` or `bullmq({ connection })`. */
export interface JobEngine {
  readonly name: string;
  /** @throws {UnfoldError} ENGINE_UNREACHABLE with the reason; INVALID_ARGUMENT for tasks that are no module of tasks. */
  open(options: SessionOptions): Promise<JobSession>;
}
