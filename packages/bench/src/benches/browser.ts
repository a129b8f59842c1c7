import { join } from 'node:path';
import { formatNumber, formatTime, median, ratioOf, summarize } from '@unfoldjs/measure';
import { launchBrowser, softwareGpu } from '@unfoldjs/test-support/browser';
import { metric, notRun, Unavailable, type Bench, type BenchCase, type OpenCase, type Results, type Sample } from '../bench.js';
import { gpuModes, ownEngines } from '../browser/engines.js';
import type { Opened } from '../browser/serve-page.js';
import { tfjsBackends, tfjsEngines } from '../browser/tfjs-engines.js';
import { browserWorkloads } from '../browser/workloads.js';
import type { Engine } from '../engines/engine.js';
import { assertInstalled, peerPath } from '../engines/peers.js';
import type { Section } from '../report/section.js';
import type { Verdict } from '../report/verdict.js';
import { caseName } from '../speed/measure.js';

/** What the machine has; without `UNFOLD_BENCH_ADAPTER=hardware` Chromium's own software. */
const hardware = ['--enable-unsafe-webgpu', '--enable-features=Vulkan'];
const isHardware = (): boolean => process.env['UNFOLD_BENCH_ADAPTER'] === 'hardware';

const isPeer = (engine: Engine): boolean => tfjsEngines.includes(engine);
const engines = [...ownEngines, ...tfjsEngines];

/** A browser of its own for each case: they take turns, and one that grew does not slow the others. */
async function open(workloadId: string, engine: Engine): Promise<OpenCase> {
  if (isPeer(engine)) for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu']) assertInstalled(name);
  const browser = await launchBrowser(isHardware() ? hardware : softwareGpu).catch((error: Error) => {
    throw new Unavailable(error.message);
  });
  const page = await browser.open({ script: join(import.meta.dirname, `../browser/${isPeer(engine) ? 'tfjs' : 'own'}-page.js`), isolated: true, nodePaths: [peerPath('', '')] });
  const opened = await page.call<Opened>('open', workloadId, engine.id);
  if ('refused' in opened) throw new Unavailable(opened.refused);
  return { facts: { ...opened.ready, browser: `Chromium ${browser.version}` }, sample: async () => ({ ...(await page.call<Sample>('sample')), isHardware: Number(isHardware()) }) };
}

const cases: readonly BenchCase[] = browserWorkloads.flatMap((workload) =>
  engines
    .filter((engine) => !/^gpujs-|-single$/.test(engine.id) || workload.id === 'D' || workload.id === 'mm512')
    .map((engine) => ({ name: caseName(workload, engine), group: workload.id, engine: engine.id, open: () => open(workload.id, engine) })),
);

export const browser: Bench = {
  name: 'browser',
  summary: 'gpu.js in Chromium: Unfold, the straightforward kernel, and TensorFlow.js on the same adapter, from host to host',
  rounds: 1,
  turns: 5,
  cases,
  report: (results) => [...browserWorkloads.map((workload) => sectionOf(results, workload.id)), { notes: [adapterNote(results), ...notRun(results)] }],
  verdicts,
};

const samples = (results: Results, workload: string, engine: string, name: 'host' | 'firstMs' = 'host'): number[] => metric(results, `${workload} ${engine}`, name);

function adapterNote(results: Results): string {
  const isGpu = cases.some(({ name }) => metric(results, name, 'isHardware').includes(1));
  return isGpu ? 'On the GPU of this machine.' : "On the software adapters of Chromium (SwiftShader), which both engines share: no GPU was measured, and a GPU's ratios are others.";
}

function sectionOf(results: Results, workload: string): Section {
  const ran = engines.filter(({ id }) => samples(results, workload, id).length > 0);
  const rows = ran.map(({ id, name }) => {
    const { median: middle, low, high } = summarize(samples(results, workload, id));
    return [name, formatTime(middle), `${formatTime(low)}-${formatTime(high)}`, formatTime(median(samples(results, workload, id, 'firstMs')))];
  });
  return { title: `In Chromium: ${workload}`, table: { header: ['engine', 'median', 'quartiles', 'first call'], rows } };
}

interface Aim {
  readonly workload: string;
  readonly atLeast: number;
}
const aims = (entries: Readonly<Record<string, number>>): Aim[] => Object.entries(entries).map(([workload, atLeast]) => ({ workload, atLeast }));

const againstPlain: Readonly<Record<(typeof gpuModes)[number], readonly Aim[]>> = {
  webasm: aims({ D: 5, mm512: 2.5 }),
  webgl2: aims({ D: 10, mm512: 10 }),
  webgpu: aims({ D: 8, mm512: 5 }),
};
const againstTfjs: Readonly<Record<(typeof tfjsBackends)[number], readonly Aim[]>> = {
  webgl: aims({ D: 1.2, mm512: 1, cnn1: 1, cnn32: 2, train32: 2 }),
  webgpu: aims({ D: 2, mm512: 3, cnn1: 1, cnn32: 4, train32: 4 }),
};
const ownMode = { webgl: 'webgl2', webgpu: 'webgpu' } as const;

function verdicts(results: Results): Verdict[] {
  const verdict = (ours: string, theirs: string, { workload, atLeast }: Aim, name: 'host' | 'firstMs'): Verdict => {
    const [own, other] = [samples(results, workload, ours, name), samples(results, workload, theirs, name)];
    const isMeasured = own.length > 0 && own.length === other.length;
    const ratio = isMeasured ? ratioOf(other, own) : null;
    const what = name === 'firstMs' ? `first result of ${workload}` : workload;
    return {
      target: `Unfold gpu:${ours.replace('unfold-', '')}: ${atLeast}x of ${theirs} on ${what}`,
      measured: ratio ? `${formatNumber(ratio.median)}x` : '',
      // 'Never slower' is kept by what is noise.
      reached: ratio && (ratio.median >= atLeast || (atLeast === 1 && ratio.isNoise)),
    };
  };
  return [
    ...gpuModes.flatMap((mode) => againstPlain[mode].map((aim) => verdict(`unfold-${mode}`, `gpujs-${mode}`, aim, 'host'))),
    ...tfjsBackends.flatMap((backend) => [
      ...againstTfjs[backend].map((aim) => verdict(`unfold-${ownMode[backend]}`, `tfjs-${backend}`, aim, 'host')),
      verdict(`unfold-${ownMode[backend]}`, `tfjs-${backend}`, { workload: 'cnn1', atLeast: 3 }, 'firstMs'),
    ]),
  ];
}
