/**
 * A queue of jobs: each begins when the one before has ended. The chosen backend belongs to all of the page, so that it must not change
 * while something runs on it.
 */
export function queue(): <T>(job: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const result = last.then(job);
    last = result.catch(() => {});
    return result;
  };
}

/** A function that runs a job now, or, where one is running, once more after it: calls in between are one. `busy` is told of both ends. */
export function latest(job: () => Promise<void>, busy: (isBusy: boolean) => void): () => void {
  let isRunning = false;
  let isStale = false;
  const run = async (): Promise<void> => {
    isRunning = true;
    busy(true);
    do {
      isStale = false;
      await job();
    } while (isStale);
    isRunning = false;
    busy(false);
  };
  return () => {
    isStale = true;
    if (!isRunning) void run();
  };
}
