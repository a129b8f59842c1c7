import { unfoldError } from '@unfoldjs/core';
import type { BlobStore, Job, JobEngine, JobOutcome, JobSession, Json, Task, WaitOptions } from '@unfoldjs/distributed';

export interface InProcessOptions {
  readonly tasks: readonly Task[];
  /** Jobs that run at once. Default: 1. */
  readonly workers?: number;
  /** Awaited before a job runs: a scheduler of fast-check decides there which goes on. */
  readonly turn?: (job: Job) => Promise<unknown>;
  /** Keeps outcomes and blobs from one session of a scope to the next, as Redis does. Default: false. */
  readonly keeps?: boolean;
  /** Whether the bytes under a key are gone at once. Default: no. */
  readonly forgets?: (key: string) => boolean;
  /** Loses the worker of a job so many times before it answers. Default: 0. */
  readonly losses?: (job: Job) => number;
}

export interface InProcessEngine extends JobEngine {
  /** Every run of a job, those of workers that were lost among them. */
  readonly runs: readonly string[];
  /** Forgets all bytes, as an engine does in time; outcomes stay. */
  expire(): void;
  /** Jobs taken and not answered, at most. */
  readonly mostAhead: () => number;
}

/** An engine without processes, for what sweeps ask of any engine. Payloads and results travel as JSON. */
export function inProcess({ tasks, workers = 1, turn, keeps = false, forgets = () => false, losses = () => 0 }: InProcessOptions): InProcessEngine {
  const scopes = new Map<string, ReturnType<typeof scopeOf>>();
  const runs: string[] = [];
  let mostAhead = 0;
  const scopeOf = () => ({ outcomes: new Map<string, JobOutcome>(), blobs: new Map<string, Uint8Array>() });

  return {
    name: 'in process',
    runs,
    mostAhead: () => mostAhead,
    expire: () => [...scopes.values()].forEach(({ blobs }) => blobs.clear()),
    async open({ scope }): Promise<JobSession> {
      const kept = scopes.get(scope) ?? scopeOf();
      if (keeps) scopes.set(scope, kept);
      const blobs = blobStore(kept.blobs, forgets);
      const free = semaphore(workers);

      const answer = async (job: Job, { signal = new AbortController().signal, onReport }: WaitOptions): Promise<JobOutcome> => {
        await turn?.(job);
        const known = kept.outcomes.get(job.id);
        if (known) return known;
        let outcome: JobOutcome;
        try {
          const task = tasks.find(({ name }) => name === job.task);
          if (!task) throw unfoldError({ code: 'TASK_UNKNOWN', op: 'worker', problem: `there is no task ${job.task}.`, fix: 'export it.' });
          const once = async (): Promise<Json> => {
            runs.push(job.id);
            return asJson(await task.run(task.parse(asJson(job.payload)), { signal, blobs, report: async (progress) => onReport?.(job.id, asJson(progress)) }));
          };
          for (let lost = 0; lost < losses(job); lost++) await once();
          outcome = { id: job.id, status: 'done', result: await once(), worker: 'here', milliseconds: 1 };
        } catch (error) {
          outcome = { id: job.id, status: 'failed', error: { code: 'TASK_FAILED', message: (error as Error).message } };
        }
        kept.outcomes.set(job.id, outcome);
        return outcome;
      };

      return {
        blobs,
        async *outcomes(jobs, options = {}) {
          const { ahead = 4 * workers, signal } = options;
          const iterator = Symbol.asyncIterator in jobs ? jobs[Symbol.asyncIterator]() : jobs[Symbol.iterator]();
          const active = new Map<string, Promise<() => JobOutcome | null>>();
          const abort = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(unfoldError({ code: 'ABORTED', op: 'outcomes', problem: 'stopped.', fix: 'start it again.' }))));
          abort.catch(() => undefined);
          let pull: Promise<() => null> | null = null;
          let isOver = false;
          try {
            for (;;) {
              if (!isOver && active.size < ahead) {
                pull ??= Promise.resolve(iterator.next()).then((next) => () => {
                  pull = null;
                  if (next.done) isOver = true;
                  else active.set(next.value.id, free(() => answer(next.value, options)).then((outcome) => () => outcome));
                  mostAhead = Math.max(mostAhead, active.size);
                  return null;
                });
              }
              const waits = [...active.values(), ...(pull ? [pull] : []), abort];
              if (waits.length === 1) return;
              const outcome = (await Promise.race(waits))();
              if (!outcome) continue;
              active.delete(outcome.id);
              yield outcome;
            }
          } finally {
            await iterator.return?.();
          }
        },
        round: async (_, jobs, options = {}) => Promise.all(jobs.map((job) => free(() => answer(job, options)))),
        workers: async () => Array.from({ length: workers }, (_, i) => ({ id: `w${i}`, backend: null, gigaflops: null })),
        async clear() {
          kept.outcomes.clear();
          kept.blobs.clear();
        },
        close: async () => undefined,
      };
    },
  };
}

const asJson = <Value extends Json>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

function blobStore(blobs: Map<string, Uint8Array>, forgets: (key: string) => boolean): BlobStore {
  return {
    put: async (key, bytes) => void (forgets(key) || blobs.set(key, bytes.slice())),
    async get(key) {
      const bytes = blobs.get(key);
      if (!bytes) throw unfoldError({ code: 'BLOB_MISSING', op: 'blobs.get', argument: 'key', problem: `there is nothing under ${key}.`, fix: 'put it there.' });
      return bytes.slice();
    },
    delete: async (keys) => keys.forEach((key) => blobs.delete(key)),
  };
}

/** Lets so many run at once. */
function semaphore(size: number) {
  let free = size;
  const waiting: (() => void)[] = [];
  return async <Value>(run: () => Promise<Value>): Promise<Value> => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
