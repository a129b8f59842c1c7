import type { Job, JobOutcome } from '../engine/job-engine.js';
import { stopped } from './errors.js';

/**
 * Runs jobs as they come and gives their outcomes as they end. No more jobs are taken from the source while `ahead` of them are under way
 * or their outcomes have not been taken.
 *
 * @throws {UnfoldError} ABORTED; whatever the source or `run` throw.
 */
export async function* streamOutcomes(jobs: Iterable<Job> | AsyncIterable<Job>, run: (job: Job) => Promise<JobOutcome>, ahead: () => number, signal?: AbortSignal): AsyncGenerator<JobOutcome, void, undefined> {
  const source = Symbol.asyncIterator in jobs ? jobs[Symbol.asyncIterator]() : jobs[Symbol.iterator]();
  const ended: JobOutcome[] = [];
  let running = 0;
  let isTaking = false;
  let isSourceDone = false;
  let fault: { readonly error: unknown } | null = null;
  let wake: () => void = () => undefined;
  const fail = (error: unknown): void => {
    fault ??= { error };
    wake();
  };
  const abort = (): void => fail(stopped('outcomes', 'the signal was aborted.'));
  const start = (job: Job): void => {
    running++;
    run(job).then((outcome) => {
      running--;
      ended.push(outcome);
      wake();
    }, fail);
  };
  const take = async (): Promise<void> => {
    const { done, value } = await source.next();
    isTaking = false;
    if (done) isSourceDone = true;
    else start(value);
    wake();
  };
  signal?.addEventListener('abort', abort);
  try {
    if (signal?.aborted) abort();
    for (;;) {
      const { error } = (fault as { readonly error: unknown } | null) ?? {};
      if (fault) throw error;
      if (ended.length > 0) yield ended.shift()!;
      else if (isSourceDone && running === 0) return;
      else {
        if (!isSourceDone && !isTaking && running + ended.length < ahead()) {
          isTaking = true;
          take().catch(fail);
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    // A source that waits for something of its own would hold this up: it is told, and not waited for.
    if (!isSourceDone) void Promise.resolve(source.return?.()).catch(() => undefined);
  }
}
