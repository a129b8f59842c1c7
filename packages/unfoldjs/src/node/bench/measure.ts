import type { Engine, Feed, RunModel } from './engine.js';

/** What was measured of one engine: milliseconds. */
export interface Measured {
  readonly name: string;
  /** From the file's bytes to the first result, the library being loaded. */
  readonly firstMs: number;
  /** One for each run. */
  readonly samples: readonly number[];
  /** The largest difference from the first engine's results. */
  readonly difference: number;
}

/** An engine that could not run the model, and why. */
export interface NotRun {
  readonly name: string;
  readonly problem: string;
}

type Results = Awaited<ReturnType<RunModel>>;

export function differenceOf(results: Results, reference: Results): number {
  let worst = 0;
  for (const [output, expected] of reference) {
    const actual = results.get(output);
    if (actual?.length !== expected.length) return Infinity;
    for (let i = 0; i < expected.length; i++) {
      const [a, b] = [Number(actual[i]), Number(expected[i])];
      if (!Object.is(a, b)) worst = Math.max(worst, Number.isNaN(a - b) ? Infinity : Math.abs(a - b));
    }
  }
  return worst;
}

/** Compilers of WebAssembly and JavaScript do their best only for what has run for a while. */
const warmUpMs = 300;
const leastWarmUps = 3;

/**
 * Times engines in turns, so that a load on the machine falls on all of them: each run takes one sample of every engine, starting one further
 * each time.
 *
 * @throws what the first engine throws; the others are reported as not run.
 */
export async function measure(engines: readonly Engine[], bytes: Uint8Array, feeds: readonly Feed[], runs: number): Promise<(Measured | NotRun)[]> {
  const ready: { name: string; run: RunModel; firstMs: number; difference: number; samples: number[] }[] = [];
  const notRun: NotRun[] = [];
  let reference: Results | null = null;
  for (const { name, open } of engines) {
    try {
      const load = await open();
      const start = performance.now();
      const run = await load(bytes);
      const results = await run(feeds);
      const firstMs = performance.now() - start;
      reference ??= results;
      ready.push({ name, run, firstMs, difference: differenceOf(results, reference), samples: [] });
    } catch (fault) {
      if (reference === null) throw fault;
      notRun.push({ name, problem: (fault as Error).message.split('\n')[0]! });
    }
  }
  for (const { run } of ready) for (let count = 0, end = performance.now() + warmUpMs; count < leastWarmUps || performance.now() < end; count++) await run(feeds);
  for (let round = 0; round < runs; round++) {
    for (let turn = 0; turn < ready.length; turn++) {
      const { run, samples } = ready[(round + turn) % ready.length]!;
      const start = performance.now();
      await run(feeds);
      samples.push(performance.now() - start);
    }
  }
  return [...ready.map(({ name, firstMs, samples, difference }) => ({ name, firstMs, samples, difference })), ...notRun];
}

/** The value below which the share `q` of the samples lies, interpolated between neighbours. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}
