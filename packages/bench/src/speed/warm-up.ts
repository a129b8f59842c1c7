const warmUp = { windowMs: 80, mostMs: 2000, settled: 0.95, shortCallMs: 2, shortLeastMs: 1200 };

/** The mean of as many calls as fit into `ms`, at least one. */
export async function meanTime(run: () => Promise<void>, ms: number): Promise<number> {
  const start = performance.now();
  let calls = 0;
  let elapsed = 0;
  do {
    await run();
    calls++;
    elapsed = performance.now() - start;
  } while (elapsed < ms);
  return elapsed / calls;
}

/**
 * Calls until two windows in a row are no faster, but short ones for more than a second: compilers work in stages, and calls of a tenth of a millisecond
 * were seen to stay at twice their time for half a second before the last one was through.
 */
export async function warmedUp(run: () => Promise<void>): Promise<void> {
  const start = performance.now();
  let best = Infinity;
  const isShort = (): boolean => best < warmUp.shortCallMs && performance.now() - start < warmUp.shortLeastMs;
  for (let steady = 0; (steady < 2 || isShort()) && performance.now() - start < warmUp.mostMs; ) {
    const mean = await meanTime(run, warmUp.windowMs);
    steady = mean > warmUp.settled * best ? steady + 1 : 0;
    best = Math.min(best, mean);
  }
}
