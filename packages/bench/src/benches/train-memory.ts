import { randomUniform, setBackend, tensor, UnfoldError, type Backend, type BackendSpec } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { gpu } from '@unfoldjs/backend-gpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { formatBytes, median } from '@unfoldjs/measure';
import { conv2d, dense, flatten, maxPool2d, sequential, sgd, softmaxCrossEntropy, trainState, trainStep } from '@unfoldjs/nn';
import { measured, metric, notRun, Unavailable, type Bench, type BenchCase, type Sample } from '../bench.js';

const steps = Number(process.env.UNFOLD_BENCH_STEPS ?? 10_000);
const batchSize = 32;
const windows = 3;
const samplesPerWindow = 10;
/** Before it the engine compiles and optimises functions, and keeps what it learns of them. */
const warmUp = Math.floor(steps / 4);
const targetPercent = 1;

const benchmarkCnn = () =>
  sequential(
    [
      conv2d({ filters: 16, kernelSize: 3, padding: 'same', activation: 'relu' }),
      maxPool2d(),
      conv2d({ filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' }),
      maxPool2d(),
      flatten(),
      dense({ units: 128, activation: 'relu' }),
      dense({ units: 10 }),
    ],
    { inputShape: [28, 28, 1] },
  );

/** Heap after a forced collection, and bytes of the backend. */
async function held(backend: Backend): Promise<{ heap: number; bytes: number }> {
  // Finalizers run between two turns of the event loop.
  for (let i = 0; i < 3; i++) {
    global.gc!();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  global.gc!();
  return { heap: process.memoryUsage().heapUsed, bytes: backend.memory().live };
}

async function measure(spec: BackendSpec): Promise<Sample> {
  const every = Math.floor((steps - warmUp) / (windows * samplesPerWindow));
  if (!(every >= 1)) throw new Unavailable(`UNFOLD_BENCH_STEPS is ${process.env.UNFOLD_BENCH_STEPS}, and three windows of ten samples need 40 steps or more`);
  const backend = await setBackend(await opened(spec));
  const [images, labels] = await Promise.all([
    randomUniform([batchSize, 28, 28, 1], { seed: 1 }).data(),
    randomUniform([batchSize], { seed: 2, max: 10, dtype: 'int32' }).data(),
  ]);
  const optimizer = sgd();
  const step = trainStep(benchmarkCnn(), { loss: softmaxCrossEntropy, optimizer, learningRate: 0.01 });
  let state = await trainState(benchmarkCnn(), { optimizer, seed: 1 });
  const samples: { heap: number; bytes: number }[] = [];
  let training = 0;
  for (let i = 1; i <= steps; i++) {
    const start = performance.now();
    const batch = { images: tensor(images, [batchSize, 28, 28, 1]), labels: tensor(labels, [batchSize], 'int32') };
    const result = await step(state, batch);
    state = result.state;
    await result.loss.item();
    for (const each of [result.loss, batch.images, batch.labels]) each.dispose();
    if (i > warmUp) training += performance.now() - start;
    if (i > warmUp && (i - warmUp) % every === 0 && samples.length < windows * samplesPerWindow) samples.push(await held(backend));
  }
  const sample: Record<string, number> = { programs: step.programCount(), stepsPerSecond: (1000 * (steps - warmUp)) / training };
  for (let window = 0; window < windows; window++) {
    const part = samples.slice(window * samplesPerWindow, (window + 1) * samplesPerWindow);
    sample[`heap${window}`] = median(part.map(({ heap }) => heap));
    sample[`bytes${window}`] = median(part.map(({ bytes }) => bytes));
  }
  return sample;
}

async function opened(spec: BackendSpec): Promise<Backend> {
  try {
    return await spec.open();
  } catch (error) {
    if (error instanceof UnfoldError && error.code === 'NO_BACKEND') throw new Unavailable(error.problem);
    throw error;
  }
}

const on = (name: string, spec: () => BackendSpec): BenchCase => measured(name, () => measure(spec()));

const cases = [on('cpu', cpu), on('wasm', wasm), on('gpu:webasm', () => gpu({ mode: 'webasm' }))];

/** Whether training the benchmark CNN keeps its memory flat. UNFOLD_BENCH_STEPS says how many steps it makes. */
export const trainMemory: Bench = {
  name: 'train-memory',
  summary: `memory over ${steps.toLocaleString('en-US')} training steps of the benchmark CNN, batch ${batchSize}, SGD (UNFOLD_BENCH_STEPS changes that)`,
  rounds: 1,
  cases,
  report(results) {
    const at = (name: string, field: string): number => median(metric(results, name, field));
    const ran = cases.filter(({ name }) => metric(results, name, 'heap0').length > 0);
    const rows = ran.flatMap(({ name }) =>
      (['heap', 'bytes'] as const).map((what) => {
        const medians = Array.from({ length: windows }, (_, window) => at(name, `${what}${window}`));
        const percent = (100 * (Math.max(...medians) - Math.min(...medians))) / Math.min(...medians);
        const verdict = percent < targetPercent ? 'flat' : 'not flat';
        return [name, what === 'heap' ? 'heap' : 'backend', ...medians.map(formatBytes), `${percent.toFixed(2)} %`, verdict, at(name, 'stepsPerSecond').toFixed(2)];
      }),
    );
    const notes = [`Medians of ${samplesPerWindow} samples a window, after ${warmUp.toLocaleString('en-US')} steps of warm-up. Target: under ${targetPercent} % apart.`, ...notRun(results)];
    return [{ table: { header: ['backend', 'memory', 'window 1', 'window 2', 'window 3', 'apart', '', 'steps/s'], rows }, notes }];
  },
};
