import { formatNumber, formatRatio, formatTime, median, ratioOf, summarize, textTable } from '@unfoldjs/measure';
import { metric, refusals, type Bench, type BenchCase, type Results, type Sample } from '../bench.js';
import { checkConv } from '../check-conv.js';
import { engines, loops, type Engine } from '../engines.js';
import { randomData } from '../random.js';
import { convFlops, convWorkloads, describeConv, type ConvWorkload } from '../workloads.js';

const measured: readonly ConvWorkload[] = [convWorkloads.A, convWorkloads.D];
const sampleMs = 150;
const minCalls = 3;

/** Slower loops than these would flatter every ratio: they mean that the machine was busy or the loops were spoilt. */
const slowestLoops = { workload: convWorkloads.D, gflops: 0.18 };

const caseName = (workload: ConvWorkload, engine: Engine): string => `${workload.id} ${engine.name}`;

const caseOf = (workload: ConvWorkload, engine: Engine): BenchCase => ({
  name: caseName(workload, engine),
  async measure(): Promise<Sample> {
    const x = randomData(workload.input.reduce((a, b) => a * b), 1);
    const w = randomData(workload.filters.reduce((a, b) => a * b), 2);
    const prepared = await engine.prepare(workload, x, w);
    const start = performance.now();
    const first = await prepared.run();
    const firstMs = performance.now() - start;
    checkConv(workload, x, w, prepared.flat(first));
    const times: number[] = [];
    const begin = performance.now();
    while (times.length < minCalls || performance.now() - begin < sampleMs) {
      const before = performance.now();
      await prepared.run();
      times.push(performance.now() - before);
    }
    return { ms: median(times), firstMs, ...(prepared.peakBytes ? { peakBytes: prepared.peakBytes() } : {}) };
  },
});

export const conv: Bench = {
  name: 'conv',
  summary: 'one convolution, host result: nested loops, im2col + matmul, fused',
  rounds: 5,
  cases: measured.flatMap((workload) => engines.map((engine) => caseOf(workload, engine))),
  report(results) {
    return [...measured.map((workload) => tableOf(workload, results)), ...refusals(results)].join('\n\n');
  },
};

function tableOf(workload: ConvWorkload, results: Results): string {
  const timesOf = (engine: Engine): number[] => metric(results, caseName(workload, engine), 'ms');
  const tensors = 4 * (workload.input.reduce((a, b) => a * b) + workload.filters.reduce((a, b) => a * b) + convFlops(workload) / (2 * workload.filters[0] * workload.filters[1] * workload.filters[2]));
  const loopTimes = timesOf(loops);
  const gflops = (times: readonly number[]): number => convFlops(workload) / median(times) / 1e6;
  const tooSlow = workload === slowestLoops.workload && gflops(loopTimes) < slowestLoops.gflops;
  const rows = engines.flatMap((engine) => {
    const times = timesOf(engine);
    if (times.length === 0) return [];
    const { low, high } = summarize(times);
    const peaks = metric(results, caseName(workload, engine), 'peakBytes').filter(Number.isFinite);
    const ratio = engine === loops || loopTimes.length !== times.length ? '' : tooSlow ? 'not printed' : formatRatio(ratioOf(loopTimes, times));
    return [[engine.name, formatTime(median(times)), `${formatTime(low)}-${formatTime(high)}`, formatNumber(gflops(times)), ratio, peaks.length > 0 ? `${formatNumber(median(peaks) / tensors)}x` : '']];
  });
  const note = tooSlow ? `\nThe nested loops ran at ${formatNumber(gflops(loopTimes))} GFLOP/s, under ${slowestLoops.gflops}: the machine was busy, no ratio is printed.` : '';
  return `${describeConv(workload)}\n${textTable(['engine', 'median', 'quartiles', 'GFLOP/s', 'speed against the loops', 'peak / tensors'], rows)}${note}`;
}
