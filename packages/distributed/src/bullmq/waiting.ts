import type { Queue, QueueEvents } from 'bullmq';
import type { Json } from '../engine/json.js';

/** How a job of BullMQ ended: what its processor returned, or why BullMQ gave it up. */
export type Ended = { readonly value: unknown } | { readonly reason: string };

interface Waiter {
  readonly since: number;
  readonly ended: Promise<Ended>;
  readonly add: () => Promise<unknown>;
  readonly settle: (ended: Ended) => void;
  readonly refuse: (error: unknown) => void;
}

/** Waits for jobs of BullMQ by its events. Looks at the jobs themselves from time to time, as events may be missed while Redis is away. */
export class Waiting {
  readonly #waiters = new Map<string, Waiter>();
  readonly #listeners = new Map<string, Set<(progress: Json) => void>>();

  constructor(
    readonly queue: Queue,
    events: QueueEvents,
  ) {
    events.on('completed', ({ jobId, returnvalue }) => this.#settle(jobId, { value: valueOf(returnvalue) }));
    events.on('failed', ({ jobId, failedReason }) => this.#settle(jobId, { reason: failedReason }));
    events.on('progress', ({ jobId, data }) => this.#listeners.get(jobId)?.forEach((listen) => listen((data as { readonly progress: Json }).progress)));
  }

  /** Adds a job unless it is there, and waits for its end, however often it is asked for. */
  for(jobId: string, add: () => Promise<unknown>): Promise<Ended> {
    const before = this.#waiters.get(jobId);
    if (before) return before.ended;
    const { promise: ended, resolve: settle, reject: refuse } = withResolvers<Ended>();
    this.#waiters.set(jobId, { since: Date.now(), ended, add, settle, refuse });
    this.#lookAt(jobId).catch((error: unknown) => {
      this.#waiters.get(jobId)?.refuse(error);
      this.#waiters.delete(jobId);
    });
    return ended;
  }

  /** @returns what stops it. */
  listen(jobId: string, listener: (progress: Json) => void): () => void {
    const listeners = this.#listeners.get(jobId) ?? new Set();
    this.#listeners.set(jobId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(jobId);
    };
  }

  /** Looks at the jobs that are waited for since before then. */
  async look(before: number): Promise<void> {
    await Promise.all([...this.#waiters].filter(([, { since }]) => since <= before).map(([jobId]) => this.#lookAt(jobId)));
  }

  refuse(error: unknown): void {
    for (const { refuse } of this.#waiters.values()) refuse(error);
    this.#waiters.clear();
  }

  async #lookAt(jobId: string): Promise<void> {
    const job = await this.queue.getJob(jobId);
    // A job that is not there was never added, or went away with what Redis lost. To add one that is there does nothing.
    if (!job) await this.#waiters.get(jobId)?.add();
    else if (await job.isCompleted()) this.#settle(jobId, { value: job.returnvalue });
    else if (await job.isFailed()) this.#settle(jobId, { reason: job.failedReason });
  }

  #settle(jobId: string, ended: Ended): void {
    this.#waiters.get(jobId)?.settle(ended);
    this.#waiters.delete(jobId);
  }
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void } {
  let parts: { readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void };
  const promise = new Promise<T>((resolve, reject) => (parts = { resolve, reject }));
  return { promise, ...parts! };
}

/** Events bring it as an object or as JSON, by version. */
function valueOf(returned: unknown): unknown {
  if (typeof returned !== 'string') return returned;
  try {
    return JSON.parse(returned);
  } catch {
    return returned;
  }
}
