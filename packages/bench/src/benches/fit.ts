import { formatNumber, formatTime, median, summarize } from '@unfoldjs/measure';
import { metric, notRun, type Bench, type Results } from '../bench.js';
import type { Engine } from '../engines/engine.js';
import { engineOf } from '../engines/index.js';
import { families, type Family } from '../fit/families.js';
import { logLogFit } from '../fit/log-log-fit.js';
import type { Section } from '../report/section.js';
import { caseName, speedCase } from '../speed/measure.js';

const compared = ['unfold-wasm-1t', 'unfold-cpu'].map(engineOf);

/** What is fitted: a call of the compiled function, and the first one, which optimises, compiles and runs. */
const costs = { resident: 'a call', firstMs: 'the first call' } as const;

export const fit: Bench = {
  name: 'fit',
  summary: 'how cost grows with batch, channels, depth and the length of the graph, as slopes of log-log lines',
  rounds: 3,
  turns: 3,
  // The sizes of a family take turns, so that a load that comes and goes bends no line.
  cases: families.flatMap(({ id, members }) => compared.flatMap((engine) => members.map(({ workload }, i) => ({ ...speedCase(workload, engine), group: `${id} ${engine.id}`, quick: i % 2 === 0 })))),
  report: (results) => [...families.flatMap((family) => sectionsOf(results, family)), { notes: notRun(results) }],
};

function sectionsOf(results: Results, family: Family): Section[] {
  const ran = (engine: Engine): Family['members'] => family.members.filter(({ workload }) => metric(results, caseName(workload, engine), 'resident').length > 0);
  const engines = compared.filter((engine) => ran(engine).length >= 2);
  if (engines.length === 0) return [];
  const lines = engines.flatMap((engine) =>
    (Object.keys(costs) as (keyof typeof costs)[]).map((cost) => {
      const points = ran(engine).map(({ size, workload }) => ({ size, times: metric(results, caseName(workload, engine), cost) }));
      const [x, y] = [points.map(({ size }) => size), points.map(({ times }) => median(times))];
      return { engine, cost, points, x, y, line: logLogFit(x, y), end: logLogFit(x.slice(-2), y.slice(-2)).slope };
    }),
  );
  return [
    {
      title: `Growth with ${family.size}: ${family.title}`,
      table: {
        header: ['engine', 'of', 'slope', 'R2', 'slope at the end', 'points'],
        rows: lines.map(({ engine, cost, line, end, points }) => [
          engine.name,
          costs[cost],
          formatNumber(line.slope),
          line.r2.toFixed(3),
          formatNumber(end),
          points.map(({ size, times }) => `${size}: ${formatTime(median(times))} (${formatTime(summarize(times).low)}-${formatTime(summarize(times).high)})`).join('; '),
        ]),
      },
      notes: [`The work has slope ${family.work}. Small sizes cost what a call costs: the slope at the end is that of the two largest.`],
      chart: { kind: 'lines', x: family.size, y: 'ms', points: lines.flatMap(({ engine, cost, x, y }) => x.map((size, i) => ({ series: `${engine.name}, ${costs[cost]}`, x: size, y: y[i]! }))) },
    },
  ];
}
