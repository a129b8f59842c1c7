import type { BenchCase, OpenCase } from '../bench.js';
import type { Engine, Mode } from '../engines/engine.js';
import { meanTime, warmedUp } from './warm-up.js';
import type { ReadyWork, SpeedWorkload } from './workload.js';

const sampleMs = 80;
/** Calls longer than this are not repeated to warm up. */
const longCallMs = 500;

export const caseName = (workload: { readonly id: string }, engine: { readonly id: string }): string => `${workload.id} ${engine.id}`;

/** An engine whose results come to the host anyway is timed so. */
export const modesFor = ({ modes }: SpeedWorkload, { hostOnly }: Engine): readonly Mode[] => (hostOnly ? ['host'] : modes);

async function timed(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** In bytes; a page is told nothing of its process. */
const peakOfProcess = (): number | undefined => {
  const { process: host } = globalThis as { process?: typeof process };
  return host && host.resourceUsage().maxRSS * 1024;
};

async function open(workload: SpeedWorkload, engine: Engine): Promise<OpenCase> {
  const session = await engine.open();
  const works: [Mode, ReadyWork][] = [];
  let firstMs = 0;
  for (const mode of modesFor(workload, engine)) {
    const start = performance.now();
    const work = await workload.prepare(session, mode);
    await work.run();
    if (works.length === 0) firstMs = performance.now() - start;
    works.push([mode, work]);
  }
  // Before the reference is computed, whose arrays are large.
  const peakRss = peakOfProcess();
  let error = 0;
  const isLong = new Map<Mode, boolean>();
  for (const [mode, { run, check }] of works) {
    error = Math.max(error, await check(engine.promise ?? 'every-order'));
    isLong.set(mode, (await timed(run)) > longCallMs);
    if (!isLong.get(mode)) await warmedUp(run);
  }
  const peakBytes = works[0]![1].peakBytes?.();
  return {
    ...(session.facts ? { facts: session.facts } : {}),
    async sample() {
      const times: [string, number][] = [];
      for (const [mode, { run }] of works) {
        // Wakes threads and fills caches after the turns of the others.
        if (!isLong.get(mode)) await run();
        times.push([mode, await meanTime(run, sampleMs)]);
      }
      return { ...Object.fromEntries(times), firstMs, ...(peakRss === undefined ? {} : { peakRss }), error, ...(peakBytes === undefined ? {} : { peakBytes }) };
    },
  };
}

export const speedCase = (workload: SpeedWorkload, engine: Engine): BenchCase => ({
  name: caseName(workload, engine),
  group: workload.id,
  engine: engine.id,
  quick: Boolean(workload.quick && engine.quick),
  execArgv: engine.execArgv ?? [],
  open: () => open(workload, engine),
});
