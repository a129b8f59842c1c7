import { evaluate, setBackend, type Program } from '@unfoldjs/core';
import { planSlots } from '@unfoldjs/core/reference';
import { cpu } from '@unfoldjs/backend-cpu';
import { formatNumber, formatTime, logLogSlope, median, nullBackend } from '@unfoldjs/measure';
import { measured, metric, notRun, type Bench, type BenchCase, type Results } from '../bench.js';
import type { Section } from '../report/section.js';
import { under, type Verdict } from '../report/verdict.js';
import { graphs, type GraphBuilder } from '../workloads/graphs.js';

const sizes = [100, 300, 1000, 3000, 10_000];
const targets = { microsecondsAnOp: 2, totalMs: 1000 };

const caseName = (graph: string, size: number): string => `${graph} ${size}`;

/** Everything before the backend: expressions, then optimising, scheduling and emitting, then slots. */
const caseOf = (name: string, build: GraphBuilder, size: number): BenchCase =>
  measured(caseName(name, size), async () => {
    const like = await cpu().open();
    const attempts = Math.max(3, Math.min(15, Math.ceil(10_000 / size)));
    const [firstBuilds, prepares, plans, ops] = [[], [], [], []] as [number[], number[], number[], number[]];
    for (let attempt = 0; attempt < attempts; attempt++) {
      let program: Program | null = null;
      let compiledAt = 0;
      // A backend of its own each time: programs are cached by backend.
      const backend = nullBackend(like, { onCompile: (given) => ((compiledAt = performance.now()), (program = given)) });
      await setBackend(backend);
      const start = performance.now();
      const graph = build(size);
      const built = performance.now();
      await evaluate(graph.output);
      const planStart = performance.now();
      planSlots(program!);
      firstBuilds.push(built - start);
      prepares.push(compiledAt - built);
      plans.push(performance.now() - planStart);
      ops.push(graph.ops);
    }
    const total = (i: number): number => firstBuilds[i]! + prepares[i]! + plans[i]!;
    const totals = firstBuilds.map((_, i) => total(i));
    return { ops: ops[0]!, buildMs: warmBuildMs(build, size), optimizeMs: median(prepares), planMs: median(plans), totalMs: median(totals), firstMs: total(0) };
  });

/** Building alone, often enough for the compiler of the engine to have settled. */
function warmBuildMs(build: GraphBuilder, size: number): number {
  const times = Array.from({ length: Math.ceil(100_000 / size) + 10 }, () => {
    const start = performance.now();
    build(size);
    return performance.now() - start;
  });
  return median(times.slice(times.length >> 1));
}

export const buildCost: Bench = {
  name: 'build-cost',
  summary: 'from tensor code to a program: expressions, optimiser, slots',
  rounds: 3,
  cases: Object.entries(graphs).flatMap(([name, build]) => sizes.map((size) => caseOf(name, build, size))),
  verdicts: verdictsOf,
  report: (results) => [
    ...Object.keys(graphs).map((graph) => sectionOf(graph, results)),
    {
      notes: [
        `Targets: under ${targets.microsecondsAnOp} us an op to build; 10,000 ops from first op to program under ${formatTime(targets.totalMs)}, also the first time; slope near 1 (n log n has ${formatNumber(slopeOfNLogN())} over these sizes).`,
        ...notRun(results),
      ],
    },
  ],
};

/** The slowest kind of graph is held to them, at the largest size. */
function verdictsOf(results: Results): Verdict[] {
  const slowest = (of: (at: (name: string) => number) => number): number => {
    const values = Object.keys(graphs).map((graph) => of((name) => median(metric(results, caseName(graph, sizes.at(-1)!), name))));
    return values.some(Number.isNaN) ? NaN : Math.max(...values);
  };
  return [
    under(`Building under ${targets.microsecondsAnOp} us an op`, slowest((at) => at('buildMs') / at('ops')), targets.microsecondsAnOp / 1000, formatTime),
    under(`10,000 ops from first op to program, the first time, under ${formatTime(targets.totalMs)}`, slowest((at) => at('firstMs')), targets.totalMs, formatTime),
  ];
}

const slopeOfNLogN = (): number => logLogSlope(sizes, sizes.map((n) => n * Math.log(n)));

function sectionOf(graph: string, results: Results): Section {
  const at = (size: number, name: string): number => median(metric(results, caseName(graph, size), name));
  const present = sizes.filter((size) => metric(results, caseName(graph, size), 'ops').length > 0);
  const rows = present.map((size) => {
    const ops = at(size, 'ops');
    return [
      String(ops),
      formatNumber((1000 * at(size, 'buildMs')) / ops),
      formatNumber((1000 * at(size, 'optimizeMs')) / ops),
      formatNumber((1000 * at(size, 'planMs')) / ops),
      formatTime(at(size, 'totalMs')),
      formatTime(at(size, 'firstMs')),
    ];
  });
  const slope = (name: string): string => (present.length < 2 ? '' : formatNumber(logLogSlope(present.map((size) => at(size, 'ops')), present.map((size) => at(size, name)))));
  const last = ['slope', slope('buildMs'), slope('optimizeMs'), slope('planMs'), slope('totalMs'), slope('firstMs')];
  return { title: graph, table: { header: ['ops', 'build us/op', 'optimise us/op', 'slots us/op', 'all, warm', 'all, first time'], rows: [...rows, last] } };
}
