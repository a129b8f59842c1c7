/** Milliseconds of runs, one after another. */
export interface Timing {
  /** With everything that is made once: programs, shaders, memory. */
  readonly first: number;
  readonly median: number;
  /** How many runs the median is of. */
  readonly runs: number;
}

const mostRuns = 21;
/** Slow backends get fewer runs. */
const budgetMs = 600;

export async function timed<T>(run: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const startedAt = performance.now();
  const result = await run();
  return { result, ms: performance.now() - startedAt };
}

export async function measure(run: () => Promise<unknown>): Promise<Timing> {
  const { ms: first } = await timed(run);
  const times: number[] = [];
  let spent = 0;
  while (times.length < 3 || (times.length < mostRuns && spent < budgetMs)) {
    const { ms } = await timed(run);
    times.push(ms);
    spent += ms;
  }
  times.sort((a, b) => a - b);
  return { first, median: times[times.length >> 1]!, runs: times.length };
}

export const milliseconds = (ms: number): string => `${ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;
