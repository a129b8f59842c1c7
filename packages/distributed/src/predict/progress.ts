import type { JobSession } from '../engine/job-engine.js';

export interface PredictProgress {
  /** Pictures whose results were given. */
  readonly done: number;
  /** Of these, those with an error. */
  readonly failed: number;
  /** Null where the source does not say how many it has. */
  readonly total: number | null;
  readonly imagesPerSecond: number;
  /** Seconds to the end at that speed; null where `total` is. */
  readonly secondsLeft: number | null;
  /** Workers that are alive. */
  readonly workers: number;
}

/** How often workers are counted. */
const countMs = 1000;

/** Counts results as they are given. */
export function progressMeter(session: JobSession, total: number | null): (given: readonly object[]) => Promise<PredictProgress> {
  const start = performance.now();
  let [done, failed, workers, counted] = [0, 0, 0, -Infinity];
  return async (given) => {
    done += given.length;
    failed += given.filter((each) => 'error' in each).length;
    const now = performance.now();
    if (now - counted > countMs) {
      workers = (await session.workers()).length;
      counted = now;
    }
    const imagesPerSecond = (done * 1000) / (now - start);
    return { done, failed, total, imagesPerSecond, secondsLeft: total === null ? null : (total - done) / imagesPerSecond, workers };
  };
}
