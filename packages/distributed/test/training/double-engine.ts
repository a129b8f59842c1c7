import { unfoldError } from '@unfoldjs/core';
import type { BlobStore, Job, JobEngine, JobOutcome, JobSession, Json, Training } from '@unfoldjs/distributed';
import { randomAt } from '@unfoldjs/nn';

/** What outlives coordinators: outcomes and blobs by scope. */
export class World {
  readonly outcomes = new Map<string, JobOutcome>();
  readonly blobs = new Map<string, Uint8Array>();
  /** Jobs in the order in which they were run. */
  readonly ran: string[] = [];
}

/** The coordinator's process is gone. */
export class Killed extends Error {}

export interface Faults {
  /** Runs the jobs of a round in an order drawn from it. Default: the order of the jobs. */
  readonly order?: number;
  /** Runs each job twice, to its end. */
  readonly twice?: boolean;
  /** The worker of a job is lost after so many of its calls to the blobs, and another one takes the job. */
  readonly loseAfter?: (id: string) => number | null;
  /** The coordinator is killed at this call to its session, or at this end of a job in a round: all are counted together, from 0. */
  readonly killAt?: number;
  /** Looks at each job's payload, and may change it. */
  readonly payload?: (job: Job) => Json;
}

/** An engine in this process, on which all goes as faults say. */
export function doubleEngine(tasks: readonly Training[], world: World, { order, twice = false, loseAfter = () => null, killAt = Infinity, payload = (job) => job.payload }: Faults = {}): JobEngine & { calls(): number } {
  let calls = 0;
  const call = (): void => {
    if (calls++ >= killAt) throw new Killed('the coordinator was killed');
  };

  const run = async (scope: string, job: Job, blobs: BlobStore): Promise<JobOutcome> => {
    const id = `${scope}:${job.id}`;
    const known = world.outcomes.get(id);
    if (known) return known;
    const task = tasks.find(({ name }) => name === job.task)!;
    const once = async (store: BlobStore): Promise<JobOutcome> => {
      world.ran.push(job.id);
      try {
        const given = task.parse(JSON.parse(JSON.stringify(payload(job))) as Json);
        const result = await task.run(given, { blobs: store, signal: new AbortController().signal, report: async () => undefined });
        return { id: job.id, status: 'done', result: JSON.parse(JSON.stringify(result)) as Json, worker: 'double', milliseconds: 1 };
      } catch (error) {
        const { code = 'TASK_FAILED', message } = error as { code?: string; message: string };
        return { id: job.id, status: 'failed', error: { code, message } };
      }
    };
    const left = loseAfter(job.id);
    if (left !== null) await once(losing(blobs, left));
    if (twice) await once(blobs);
    const outcome = await once(blobs);
    world.outcomes.set(id, outcome);
    return outcome;
  };

  return {
    name: 'double',
    calls: () => calls,
    async open({ scope }): Promise<JobSession> {
      call();
      const store = storeOf(world, scope);
      const counted = <Args extends readonly unknown[], T>(method: (...args: Args) => Promise<T>) => async (...args: Args): Promise<T> => (call(), method(...args));
      return {
        blobs: { put: counted(store.put), get: counted(store.get), delete: counted(store.delete) },
        async round(_, jobs, { signal } = {}) {
          call();
          const shuffled = [...jobs.keys()];
          if (order !== undefined) {
            const random = randomAt(order, world.ran.length);
            for (let last = shuffled.length - 1; last > 0; last--) {
              const other = random.below(last + 1);
              [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
            }
          }
          const outcomes: JobOutcome[] = [];
          for (const at of shuffled) {
            if (signal?.aborted) throw unfoldError({ code: 'ABORTED', op: 'round', problem: 'the signal was aborted.', fix: 'pass another signal.' });
            outcomes[at] = await run(scope, jobs[at]!, store);
            call();
          }
          return outcomes;
        },
        outcomes: () => {
          throw new Error('rounds ask for no outcomes one by one');
        },
        workers: async () => [],
        clear: counted(async () => {
          for (const map of [world.outcomes, world.blobs]) for (const key of map.keys()) if (key.startsWith(`${scope}:`)) map.delete(key);
        }),
        close: counted(async () => undefined),
      };
    },
  };
}

function storeOf({ blobs }: World, scope: string): BlobStore {
  return {
    put: async (key, bytes) => void blobs.set(`${scope}:${key}`, bytes.slice()),
    async get(key) {
      const found = blobs.get(`${scope}:${key}`);
      if (!found) throw unfoldError({ code: 'BLOB_MISSING', op: 'get', argument: key, problem: 'nothing is under it.', fix: 'write it first.' });
      return found.slice();
    },
    async delete(keys) {
      for (const key of keys) blobs.delete(`${scope}:${key}`);
    },
  };
}

/** The store of a worker that is lost after some calls: no call is answered any more. */
function losing(store: BlobStore, calls: number): BlobStore {
  let left = calls;
  const alive = (): void => {
    if (left-- <= 0) throw new Error('the worker was lost');
  };
  return {
    put: async (key, bytes) => (alive(), store.put(key, bytes)),
    get: async (key) => (alive(), store.get(key)),
    delete: async (keys) => (alive(), store.delete(keys)),
  };
}
