import { formatNumber } from '@unfoldjs/measure';
import type { Results } from '../bench.js';
import { engineOf } from '../engines/index.js';
import { wasmId } from '../engines/unfold.js';
import { bestOf, loopsRefusal, speedup, wasmPeers, type Ratio } from './times.js';
import { cnns, convs, matmuls, speedWorkloads, type SpeedWorkload } from './workload.js';

/** How much faster one engine has to be than the best of some others, workload by workload. */
export interface SpeedTarget {
  readonly ours: string;
  readonly against: readonly string[];
  readonly workloads: readonly SpeedWorkload[];
  readonly statistic: 'geometric mean' | 'least';
  readonly atLeast: number;
  /** True where a ratio that is noise counts as reached: 'never slower'. */
  readonly withinNoise?: boolean;
}

const named = (...ids: string[]): SpeedWorkload[] => ids.map((id) => speedWorkloads.find((workload) => workload.id === id)!);

type Goal = Omit<SpeedTarget, 'ours' | 'against'>;
const mean = (workloads: readonly SpeedWorkload[], atLeast: number): Goal => ({ workloads, statistic: 'geometric mean', atLeast });
const least = (workloads: readonly SpeedWorkload[], atLeast: number): Goal => ({ workloads, statistic: 'least', atLeast });

const [plain, relaxed, exact] = (
  [
    { precision: 'fast', relaxedSimd: false },
    { precision: 'fast', relaxedSimd: true },
    { precision: 'exact', relaxedSimd: false },
  ] as const
).map((setting) => (threads: number): string => wasmId({ threads, ...setting })) as [(threads: number) => string, (threads: number) => string, (threads: number) => string];

const against = (ours: string, others: readonly string[], ...goals: Goal[]): SpeedTarget[] => goals.map((goal) => ({ ours, against: others, ...goal }));

const [D, DE, train32] = [named('D'), named('D', 'E'), named('train32')];
const neverSlower: Goal = { ...least([...convs, ...matmuls, ...cnns], 1), withinNoise: true };
const large = convs.filter(({ flops }) => flops > 50e6);

/** What this project set out to reach. Thread counts are equal on both sides, but where two threads are held against one. */
export const speedTargets: readonly SpeedTarget[] = [
  ...against(relaxed(1), ['nested-loops'], least(D, 441)),
  ...against(plain(2), ['nested-loops'], least(D, 441)),
  ...against(relaxed(2), ['nested-loops'], least(D, 441)),
  ...[1, 2].flatMap((threads) => [
    ...against(plain(threads), wasmPeers(threads), mean(convs, 2.5), least(convs, 1.5), least(DE, 3.5), least(named('mm512', 'mm1024'), 1.6), least(named('cnn1'), 3), least(named('cnn32'), 2)),
    ...against(relaxed(threads), wasmPeers(threads), mean(convs, 3.2)),
    ...against(exact(threads), wasmPeers(threads), mean(convs, 1.8), least(D, 1.7)),
  ]),
  ...[plain, relaxed].flatMap((ours) => against(ours(2), [ours(1)], neverSlower, least(large, 1.8))),
  ...against(plain(1), ['jax-wasm'], least(train32, 60)),
  ...against(plain(1), ['tfjs-cpu'], least(train32, 600)),
  ...against(plain(1), ['ort-node-1t'], mean(convs, 1), least(DE, 1.1), least(named('cnn1'), 1.1)),
  ...against(relaxed(1), ['ort-node-1t'], mean(convs, 1.3), least(DE, 1.4)),
];

export interface Verdict {
  /** Null where a workload is missing, with the reason. */
  readonly value: number | null;
  readonly reached: boolean | null;
  readonly reason: string;
}

/** Which target the results reach. A mean over some of the workloads alone is none. */
export function judge(results: Results, target: SpeedTarget): Verdict {
  const ours = engineOf(target.ours);
  const refusal = target.against.includes('nested-loops') ? loopsRefusal(results) : null;
  if (refusal) return { value: null, reached: null, reason: refusal };
  const ratios = target.workloads.map((workload): Ratio | null => {
    const best = bestOf(results, workload, target.against);
    return best ? speedup(results, workload, ours, best) : null;
  });
  const missing = target.workloads.filter((_, i) => !ratios[i]).map(({ id }) => id);
  if (missing.length > 0) return { value: null, reached: null, reason: `not measured: ${missing.join(', ')}` };
  const present = ratios.map((ratio) => ratio!);
  const medians = present.map(({ median }) => median);
  const value = target.statistic === 'least' ? Math.min(...medians) : Math.exp(medians.reduce((sum, each) => sum + Math.log(each), 0) / medians.length);
  const reached = target.withinNoise ? present.every(({ median, isNoise }) => median >= target.atLeast || isNoise) : value >= target.atLeast;
  const slowest = target.workloads[medians.indexOf(Math.min(...medians))]!.id;
  return { value, reached, reason: target.workloads.length > 1 ? `least: ${slowest} ${formatNumber(Math.min(...medians))}x` : '' };
}
