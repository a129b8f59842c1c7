import { formatNumber, formatRatio, formatTime, median, summarize } from '@unfoldjs/measure';
import { metric, notRun, type Bench, type Results } from '../bench.js';
import { nestedLoops } from '../engines/nested-loops.js';
import { unfoldCpu, unfoldCpuUnfused, unfoldGpu, unfoldGpuUnfused, unfoldWebasm, unfoldWebasmUnfused } from '../engines/unfold.js';
import type { Section } from '../report/section.js';
import { caseName, speedCase } from '../speed/measure.js';
import { gflops, loopsRefusal, speedup, timesOf } from '../speed/times.js';
import { convs, type SpeedWorkload } from '../speed/workload.js';
import { convWorkloads } from '../workloads/convs.js';
import { outputShape, type Network } from '../workloads/network.js';

const engines = [nestedLoops, unfoldCpuUnfused, unfoldCpu, unfoldWebasmUnfused, unfoldWebasm, unfoldGpuUnfused, unfoldGpu];
const measuredConvs = convs.filter(({ id }) => id === 'A' || id === 'D');

export const conv: Bench = {
  name: 'conv',
  summary: 'one convolution, host result: nested loops, im2col + matmul, fused',
  rounds: 5,
  cases: measuredConvs.flatMap((workload) => engines.map((engine) => speedCase({ ...workload, modes: ['host'] }, engine))),
  report: (results) => [...measuredConvs.map((workload) => sectionOf(workload, results)), { notes: notRun(results) }],
};

/** Bytes of input, filters and output. */
function tensorBytes(network: Network): number {
  const shapes = [network.input, ...network.layers.flatMap((layer) => (layer.kind === 'conv' ? [layer.filters] : [])), outputShape(network)];
  return shapes.reduce((sum, shape) => sum + 4 * shape.reduce((a, b) => a * b), 0);
}

function sectionOf(workload: SpeedWorkload, results: Results): Section {
  const tensors = tensorBytes(convWorkloads[workload.id as keyof typeof convWorkloads]);
  const refusal = loopsRefusal(results);
  const rows = engines.flatMap((engine) => {
    const times = timesOf(results, workload, engine, 'host');
    if (times.length === 0) return [];
    const { low, high } = summarize(times);
    const peaks = metric(results, caseName(workload, engine), 'peakBytes');
    const ratio = engine === nestedLoops ? null : speedup(results, workload, engine, nestedLoops, 'host');
    return [[engine.name, formatTime(median(times)), `${formatTime(low)}-${formatTime(high)}`, formatNumber(gflops(workload, times)), !ratio ? '' : refusal ? 'not printed' : formatRatio(ratio), peaks.length > 0 ? `${formatNumber(median(peaks) / tensors)}x` : '']];
  });
  return {
    title: `${workload.id}: ${workload.title}`,
    table: { header: ['engine', 'median', 'quartiles', 'GFLOP/s', 'speed against the loops', 'peak / tensors'], rows },
    notes: refusal ? [refusal] : [],
  };
}
