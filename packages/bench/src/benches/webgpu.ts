import { formatNumber, formatTime, median, ratioOf, summarize } from '@unfoldjs/measure';
import { metric, notRun, type Bench, type Results } from '../bench.js';
import { webGpuEngines } from '../engines/index.js';
import { webGpuLimits } from '../limits/webgpu.js';
import type { Section } from '../report/section.js';
import { caseName, modesFor, speedCase } from '../speed/measure.js';
import { cnns, convs, type SpeedWorkload } from '../speed/workload.js';

const [own, ...others] = webGpuEngines;
const workloads: readonly SpeedWorkload[] = [...convs.map((workload) => ({ ...workload, modes: ['host'] as const })), ...cnns.filter(({ id }) => id !== 'cnn1')];

/** A GPU's answer says when it is done: from host to host everywhere. */
export const webgpu: Bench = {
  name: 'webgpu',
  summary: 'WebGPU in Node beside that of others, and what the GPU itself allows; for a machine with a GPU',
  rounds: 1,
  turns: 5,
  cases: [
    {
      name: 'limits',
      async open() {
        const { adapter, ...limits } = await webGpuLimits();
        return { facts: { adapter }, sample: async () => limits };
      },
    },
    ...workloads.flatMap((workload) => webGpuEngines.map((engine) => speedCase(workload, engine))),
  ],
  report: (results) => [limitSection(results), speedSection(results), { notes: notRun(results) }],
};

function limitSection(results: Results): Section {
  const [gflops, bandwidth] = [metric(results, 'limits', 'gflops'), metric(results, 'limits', 'bandwidth')];
  if (gflops.length === 0) return {};
  return { title: 'What the GPU allows', table: { header: ['multiply-add, float32', 'memory, read and written'], rows: [[`${formatNumber(median(gflops))} GFLOP/s`, `${formatNumber(median(bandwidth))} GB/s`]] } };
}

function speedSection(results: Results): Section {
  const peak = median(metric(results, 'limits', 'gflops'));
  const rows = workloads.flatMap((workload) => {
    const times = (engine: (typeof webGpuEngines)[number]): readonly number[] => metric(results, caseName(workload, engine), modesFor(workload, engine)[0]!);
    const ours = times(own!);
    if (ours.length === 0) return [];
    const { median: middle, low, high } = summarize(ours);
    const rate = workload.flops / middle / 1e6;
    const ratios = others.map((engine) => {
      const theirs = times(engine);
      if (theirs.length !== ours.length) return 'not run';
      const ratio = ratioOf(theirs, ours);
      return ratio.isNoise ? 'noise' : `${formatNumber(ratio.median)}x`;
    });
    return [[workload.id, formatTime(middle), `${formatTime(low)}-${formatTime(high)}`, formatNumber(rate), Number.isNaN(peak) ? '' : `${((100 * rate) / peak).toFixed(1)} %`, ...ratios]];
  });
  return {
    title: 'WebGPU in Node, from host to host',
    table: { header: ['workload', own!.name, 'quartiles', 'GFLOP/s', 'of the arithmetic', ...others.map(({ name }) => `faster than ${name}`)], rows },
    notes: ['Data travels to the GPU and back in each call: small convolutions are bound by that.'],
  };
}
