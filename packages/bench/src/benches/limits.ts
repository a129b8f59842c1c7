import { formatNumber, formatTime, median, summarize } from '@unfoldjs/measure';
import { metric, notRun, type Bench, type BenchCase, type Results } from '../bench.js';
import type { Engine } from '../engines/engine.js';
import { engineOf } from '../engines/index.js';
import { relaxedFlags, wasmId } from '../engines/unfold.js';
import type { MultiplyAdd } from '../limits/multiply-add-module.js';
import { peakOf } from '../limits/peak.js';
import type { Section } from '../report/section.js';
import { atLeast, type Verdict } from '../report/verdict.js';
import { caseName, speedCase } from '../speed/measure.js';
import { gflops, timesOf } from '../speed/times.js';
import { convs, matmuls, type SpeedWorkload } from '../speed/workload.js';

/** Chains that run at once: too few wait for their own sums, too many leave the registers. The best of them is the peak. */
const chainCounts = [8, 10, 12, 14];

interface Limit {
  /** As `--only` names it. */
  readonly group: 'plain' | 'relaxed';
  readonly kind: MultiplyAdd;
  readonly relaxedSimd: boolean;
}

const limitsOf: readonly Limit[] = [
  { group: 'plain', kind: 'mul, add', relaxedSimd: false },
  { group: 'relaxed', kind: 'relaxed madd', relaxedSimd: true },
];

interface Held {
  readonly workload: SpeedWorkload;
  /** The share of the peak per thread that it has to reach. */
  readonly share: number;
}

/** Sums by definition alone: what Winograd's algorithm saves is no share of a peak. */
const held: readonly Held[] = [
  ...matmuls.filter(({ id }) => id === 'mm512' || id === 'mm1024').map((workload) => ({ workload, share: 0.8 })),
  ...convs.filter(({ id }) => id === 'D').map((workload) => ({ workload, share: 0.75 })),
];

const engineFor = ({ relaxedSimd }: Limit, threads: number): Engine => engineOf(wasmId({ threads, precision: 'exact', relaxedSimd }));
const threadCounts = [1, 2];

const peakName = (kind: MultiplyAdd, chains: number): string => `${kind}, ${chains} chains`;

const peakCase = ({ group, kind, relaxedSimd }: Limit, chains: number): BenchCase => ({
  name: peakName(kind, chains),
  group,
  quick: true,
  execArgv: relaxedSimd ? relaxedFlags : [],
  async open() {
    const peak = peakOf(kind, chains);
    return { sample: async () => ({ gflops: peak() }) };
  },
});

/** Peaks and what is held against them take turns: a clock that changes its speed changes both. */
const casesOf = (limit: Limit): BenchCase[] => [
  ...chainCounts.map((chains) => peakCase(limit, chains)),
  ...threadCounts.flatMap((threads) => held.map(({ workload }) => ({ ...speedCase({ ...workload, modes: ['resident'] }, engineFor(limit, threads)), group: limit.group, quick: threads === 1 && workload.id !== 'mm1024' }))),
];

export const limits: Bench = {
  name: 'limits',
  summary: 'the multiply-add peak of WebAssembly on this machine, and what products and convolution D reach of it',
  rounds: 3,
  turns: 5,
  cases: limitsOf.flatMap(casesOf),
  report: (results) => [...limitsOf.flatMap((limit) => sectionsOf(results, limit)), { notes: notRun(results) }],
  verdicts: (results) => limitsOf.flatMap((limit) => threadCounts.flatMap((threads) => held.map((each) => verdictOf(results, limit, threads, each)))),
};

/** The peak of one thread, by the number of chains that has the best median; null where none ran. */
export function bestPeak(results: Results, kind: MultiplyAdd): { readonly chains: number; readonly samples: readonly number[] } | null {
  const ran = chainCounts.map((chains) => ({ chains, samples: metric(results, peakName(kind, chains), 'gflops') })).filter(({ samples }) => samples.length > 0);
  return ran.sort((a, b) => median(b.samples) - median(a.samples))[0] ?? null;
}

/** What a workload reaches of the peak of its threads; NaN where one of the two was not measured. */
function shareOf(results: Results, limit: Limit, threads: number, { workload }: Held): number {
  const times = timesOf(results, workload, engineFor(limit, threads));
  const peak = bestPeak(results, limit.kind);
  return peak && times.length > 0 ? gflops(workload, times) / (threads * median(peak.samples)) : NaN;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

const verdictOf = (results: Results, limit: Limit, threads: number, each: Held): Verdict =>
  atLeast(`${each.workload.id} at ${percent(each.share)} of the WebAssembly peak (${limit.kind}), ${threads} thread${threads > 1 ? 's' : ''}`, shareOf(results, limit, threads, each), each.share, percent);

function sectionsOf(results: Results, limit: Limit): Section[] {
  const peak = bestPeak(results, limit.kind);
  if (!peak) return [];
  const peakRows = chainCounts.flatMap((chains) => {
    const samples = metric(results, peakName(limit.kind, chains), 'gflops');
    if (samples.length === 0) return [];
    const { low, high } = summarize(samples);
    return [[String(chains), formatNumber(median(samples)), `${formatNumber(low)}-${formatNumber(high)}`]];
  });
  const rows = threadCounts.flatMap((threads) =>
    held.flatMap((each) => {
      const engine = engineFor(limit, threads);
      const times = timesOf(results, each.workload, engine);
      if (times.length === 0) return [];
      const of = (name: string): number => median(metric(results, caseName(each.workload, engine), name));
      return [[each.workload.id, engine.name, formatTime(median(times)), formatNumber(gflops(each.workload, times)), percent(shareOf(results, limit, threads, each)), percent(each.share), of('error').toExponential(0)]];
    }),
  );
  return [
    { title: `Multiply-add peak of one thread, f32x4 ${limit.kind}`, table: { header: ['chains', 'GFLOP/s', 'quartiles'], rows: peakRows } },
    {
      title: `What is reached of it, f32x4 ${limit.kind}`,
      table: { header: ['workload', 'engine', 'median', 'GFLOP/s', 'of the peak', 'target', 'error'], rows },
      notes: [`Against ${formatNumber(median(peak.samples))} GFLOP/s a thread, the best of these (${peak.chains} chains). Taps outside of an image count as work, as everywhere.`],
    },
  ];
}
