import { median, ratioOf } from '@unfoldjs/measure';
import { metric, type Results } from '../bench.js';
import { engineOf, engines } from '../engines/index.js';
import type { Engine, Mode } from '../engines/engine.js';
import { caseName } from './measure.js';
import { speedWorkloads, type SpeedWorkload } from './workload.js';

export type Ratio = ReturnType<typeof ratioOf>;

/** The samples of an engine on a workload, in milliseconds: of an engine that has no residents, those from host to host. */
export const timesOf = (results: Results, workload: SpeedWorkload, engine: Engine, mode: Mode = workload.modes[0]!): number[] => metric(results, caseName(workload, engine), engine.hostOnly ? 'host' : mode);

/** Billions of multiplications and additions a second, by the median. */
export const gflops = ({ flops }: SpeedWorkload, times: readonly number[]): number => flops / median(times) / 1e6;

/** The wasm engines of others: what a user without native code could take instead. */
export const wasmPeers = (threads: number): string[] => [`tfjs-wasm-${threads}t`, `ort-web-${threads}t`];

/** The fastest of some engines on a workload, by its median; undefined where none ran. */
export const bestOf = (results: Results, workload: SpeedWorkload, ids: readonly string[], mode?: Mode): Engine | undefined =>
  ids
    .map(engineOf)
    .filter((engine) => timesOf(results, workload, engine, mode).length > 0)
    .sort((a, b) => median(timesOf(results, workload, a, mode)) - median(timesOf(results, workload, b, mode)))[0];

/** How many times faster an engine is than another, turn by turn; null where one of them did not run. */
export function speedup(results: Results, workload: SpeedWorkload, engine: Engine, against: Engine, mode?: Mode): Ratio | null {
  const [ours, theirs] = [timesOf(results, workload, engine, mode), timesOf(results, workload, against, mode)];
  return ours.length > 0 && ours.length === theirs.length ? ratioOf(theirs, ours) : null;
}

/** Slower loops than these would flatter every ratio: they mean that the machine was busy or the loops were spoilt. */
const slowestLoops = 0.18;

/** Why ratios to the nested loops are not printed, or null. They are judged on D. */
export function loopsRefusal(results: Results): string | null {
  const d = speedWorkloads.find(({ id }) => id === 'D')!;
  const times = timesOf(results, d, engineOf('nested-loops'));
  if (times.length === 0) return null;
  const rate = gflops(d, times);
  return rate < slowestLoops ? `The nested loops ran at ${rate.toPrecision(3)} GFLOP/s on D, under ${slowestLoops}: the machine was busy, no ratio to them is printed.` : null;
}

/** The engines and workloads that gave samples, in their order. */
export const enginesWith = (results: Results, workloads: readonly SpeedWorkload[], mode?: Mode): Engine[] => engines.filter((engine) => workloads.some((workload) => timesOf(results, workload, engine, mode).length > 0));
export const workloadsWith = (results: Results, workloads: readonly SpeedWorkload[]): SpeedWorkload[] => workloads.filter((workload) => engines.some((engine) => timesOf(results, workload, engine).length > 0));
