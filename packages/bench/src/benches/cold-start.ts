import { formatBytes, formatTime, median, summarize } from '@unfoldjs/measure';
import { metric, notRun, type Bench, type BenchCase, type OpenCase, type Results } from '../bench.js';
import type { Engine } from '../engines/engine.js';
import { engines } from '../engines/index.js';
import { checkNetwork } from '../reference/check.js';
import type { Section } from '../report/section.js';
import { under } from '../report/verdict.js';
import { convWorkloads } from '../workloads/convs.js';
import { inputOf, paramsOf } from '../workloads/network.js';

const targetMs = 40;
const ours = 'unfold-wasm-1t';

/** One thread is enough for a first convolution; the setting of two shows what starting a thread costs. */
const compared = [ours, 'unfold-wasm-2t', 'unfold-wasm-1t-relaxed', 'unfold-cpu', 'tfjs-wasm-1t', 'tfjs-cpu', 'ort-web-1t', 'ort-node-1t', 'jax-wasm'];
const starters = engines.filter(({ id }) => compared.includes(id));

/** A process can start an engine once: its second sample would find everything loaded. */
async function open(engine: Engine): Promise<OpenCase> {
  const network = convWorkloads.A;
  const [x, params] = [inputOf(network), paramsOf(network)];
  await engine.writeFiles?.(network, params);
  return {
    async sample() {
      const start = performance.now();
      const session = await engine.open();
      const opened = performance.now();
      const task = await session.network!(network, x, params, 'host');
      const result = await task.run();
      const end = performance.now();
      const error = checkNetwork(network, x, params, await task.read(result), engine.promise ?? 'every-order');
      return { openMs: opened - start, startMs: end - start, peakRss: process.resourceUsage().maxRSS * 1024, error };
    },
  };
}

const startCase = (engine: Engine): BenchCase => ({ name: engine.id, group: 'A', engine: engine.id, quick: engine.quick ?? false, execArgv: engine.execArgv ?? [], open: () => open(engine) });

export const coldStart: Bench = {
  name: 'cold-start',
  summary: 'from import() to the first result of convolution A on the host, in a fresh process',
  rounds: 11,
  cases: starters.map(startCase),
  report: (results) => [sectionOf(results)],
  verdicts: (results) => [under(`Cold start of Unfold wasm in Node under ${targetMs} ms`, median(metric(results, ours, 'startMs')), targetMs, formatTime)],
};

function sectionOf(results: Results): Section {
  const ran = starters.filter(({ id }) => metric(results, id, 'startMs').length > 0);
  const rows = ran.map(({ id, name }) => {
    const { median: middle, low, high, count } = summarize(metric(results, id, 'startMs'));
    return [name, formatTime(middle), `${formatTime(low)}-${formatTime(high)}`, formatTime(median(metric(results, id, 'openMs'))), formatBytes(median(metric(results, id, 'peakRss'))), String(count)];
  });
  return {
    title: 'Cold start: import, open, convolution A',
    table: { header: ['engine', 'median', 'quartiles', 'until it is open', 'memory of the process', 'processes'], rows },
    notes: [`The start of Node itself is not counted, nor is writing the model that onnxruntime reads. Target: under ${targetMs} ms on Unfold wasm.`, ...notRun(results)],
    ...(ran.length > 0 ? { chart: { kind: 'bars' as const, x: 'engine', y: 'ms', points: ran.map(({ id, name }) => ({ series: name, x: 'cold start', y: median(metric(results, id, 'startMs')) })) } } : {}),
  };
}
