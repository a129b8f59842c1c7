import { formatBytes, formatNumber, formatRatio, formatTime, median, summarize } from '@unfoldjs/measure';
import { metric, notRun, type Results } from '../bench.js';
import { engineOf } from '../engines/index.js';
import type { Engine, Mode } from '../engines/engine.js';
import type { Point, Section } from '../report/section.js';
import type { Verdict } from '../report/verdict.js';
import { caseName } from './measure.js';
import { judge, speedTargets } from './targets.js';
import { bestOf, enginesWith, gflops, loopsRefusal, speedup, timesOf, wasmPeers, workloadsWith } from './times.js';
import { cnns, convs, matmuls, speedWorkloads, type SpeedWorkload } from './workload.js';

const dash = '-';

const idsOf = (workloads: readonly SpeedWorkload[]): string => {
  const all = workloads.map(({ id }) => id);
  return workloads === convs ? 'A to J' : all.length > 8 ? 'all' : all.join(', ');
};

/** Every target, in one sentence each. */
export const speedVerdicts = (results: Results): Verdict[] =>
  speedTargets.map((target) => {
    const { value, reached, reason } = judge(results, target);
    const others = target.against.map((id) => engineOf(id).name).join(' or ');
    const on = `${idsOf(target.workloads)}${target.workloads.length > 1 ? ` (${target.statistic})` : ''}`;
    return { target: `${engineOf(target.ours).name}: ${target.atLeast}x of ${others} on ${on}`, measured: value === null ? '' : `${formatNumber(value)}x`, reached, note: reason };
  });

const hostMark = '*';

/** Medians of all engines on some workloads, engines down and workloads across. */
function overview(results: Results, title: string, all: readonly SpeedWorkload[], mode?: Mode): Section[] {
  const workloads = workloadsWith(results, all);
  const engines = enginesWith(results, workloads, mode);
  if (engines.length === 0) return [];
  const isResident = (workload: SpeedWorkload): boolean => (mode ?? workload.modes[0]) === 'resident';
  const marked = engines.filter(({ hostOnly }) => hostOnly && workloads.some(isResident));
  const name = (engine: Engine): string => `${engine.name}${marked.includes(engine) ? ` ${hostMark}` : ''}`;
  const cell = (engine: Engine, workload: SpeedWorkload): string => {
    const times = timesOf(results, workload, engine, mode);
    return times.length === 0 ? dash : formatNumber(median(times));
  };
  const points = engines.flatMap((engine) =>
    workloads.flatMap((workload): Point[] => {
      const times = timesOf(results, workload, engine, mode);
      return times.length === 0 ? [] : [{ series: name(engine), x: workload.id, y: gflops(workload, times) }];
    }),
  );
  return [
    {
      title: `${title}, median ms`,
      table: { header: ['engine', ...workloads.map(({ id }) => id)], rows: engines.map((engine) => [name(engine), ...workloads.map((workload) => cell(engine, workload))]) },
      notes: marked.length > 0 ? [`${hostMark} from host to host: ${[...new Set(marked.map(({ hostOnly }) => hostOnly))].join('; ')}.`] : [],
      chart: { kind: 'bars', x: 'workload', y: 'GFLOP/s', points },
    },
  ];
}

/** All engines on one workload, with spread, and against the better wasm peer with as many threads. */
function details(results: Results, workload: SpeedWorkload): Section {
  const refusal = loopsRefusal(results);
  const rows = enginesWith(results, [workload]).flatMap((engine) =>
    (engine.hostOnly ? (['host'] as const) : workload.modes).map((mode): string[] => {
      const times = timesOf(results, workload, engine, mode);
      const { low, high } = summarize(times);
      const best = bestOf(results, workload, wasmPeers(engine.threads), mode);
      const ratio = best && best !== engine && !(refusal && engine.id === 'nested-loops') ? speedup(results, workload, engine, best, mode) : null;
      const of = (name: string): number => median(metric(results, caseName(workload, engine), name));
      return [engine.name, mode, formatTime(median(times)), `${formatTime(low)}-${formatTime(high)}`, formatNumber(gflops(workload, times)), ratio ? formatRatio(ratio) : '', formatTime(of('firstMs')), formatBytes(of('peakRss')), of('error').toExponential(0)];
    }),
  );
  return { title: `${workload.id}: ${workload.title}`, table: { header: ['engine', 'timed', 'median', 'quartiles', 'GFLOP/s', 'against the better wasm peer', 'first call', 'memory of the process', 'error'], rows } };
}

export function speedReport(results: Results): Section[] {
  const refusal = loopsRefusal(results);
  return [
    ...overview(results, 'Convolutions, input resident, filters constant, result left on the device', convs),
    ...overview(results, 'Convolutions from host to host', convs, 'host'),
    ...overview(results, 'Products of matrices, both operands resident', matmuls),
    ...overview(results, 'CNN, host arrays in, result out', cnns),
    ...workloadsWith(results, speedWorkloads).map((workload) => details(results, workload)),
    { notes: [...(refusal ? [refusal] : []), ...notRun(results)] },
  ];
}
