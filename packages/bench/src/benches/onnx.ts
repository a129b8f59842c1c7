import { readFileSync } from 'node:fs';
import { formatNumber, formatTime, median, ratioOf, summarize } from '@unfoldjs/measure';
import { publishedModels, worstError, type PublishedModel } from '@unfoldjs/test-support/published-models';
import { metric, notRun, type Bench, type BenchCase, type OpenCase, type Results } from '../bench.js';
import { modelEngines, onnxruntimeNodeModels, onnxruntimeWebModels, unfoldModels, type Feed, type ModelEngine } from '../engines/model-engines.js';
import { atLeast } from '../report/verdict.js';
import { meanTime, warmedUp } from '../speed/warm-up.js';


const sampleMs = 80;
const models = publishedModels();

async function open(model: PublishedModel, engine: ModelEngine): Promise<OpenCase> {
  const bytes = new Uint8Array(readFileSync(model.path));
  const feeds = model.inputs.map((input): Feed => [input.name, input.data, input.shape]);
  const start = performance.now();
  const run = await engine.load(bytes);
  const results = await run(feeds);
  const firstMs = performance.now() - start;
  for (const output of model.outputs) {
    const worst = worstError(results.get(output.name)!, output.data);
    if (!(worst <= engine.slack * model.tolerance)) throw new Error(`${output.name} is ${worst} off, where ${engine.slack * model.tolerance} is allowed`);
  }
  await warmedUp(async () => void (await run(feeds)));
  return { sample: async () => ({ ms: await meanTime(async () => void (await run(feeds)), sampleMs), firstMs }) };
}

const caseName = (model: PublishedModel, { id }: ModelEngine): string => `${model.file} ${id}`;

const caseOf = (model: PublishedModel, engine: ModelEngine): BenchCase => ({
  name: caseName(model, engine),
  group: model.file,
  engine: engine.id,
  quick: /lenet|cntk|emotion|blazeface/.test(model.file),
  execArgv: engine.execArgv ?? [],
  open: () => open(model, engine),
});

/** Models that both engines ran, with how much faster the first is. */
const ratios = (results: Results, ours: ModelEngine, theirs: ModelEngine, name: 'ms' | 'firstMs'): number[] =>
  models.flatMap((model) => {
    const [a, b] = [metric(results, caseName(model, theirs), name), metric(results, caseName(model, ours), name)];
    return a.length > 0 && a.length === b.length ? [ratioOf(a, b).median] : [];
  });

const geometricMean = (values: readonly number[]): number => (values.length === 0 ? NaN : Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length));
const least = (values: readonly number[]): number => (values.length === 0 ? NaN : Math.min(...values));
const times = (value: number): string => `${formatNumber(value)}x`;

export const onnx: Bench = {
  name: 'onnx',
  summary: 'models that people published, from host arrays to host arrays, beside onnxruntime',
  rounds: 3,
  turns: 3,
  cases: models.flatMap((model) => modelEngines.map((engine) => caseOf(model, engine))),
  report(results) {
    const rows = models.flatMap((model) =>
      modelEngines.flatMap((engine) => {
        const own = metric(results, caseName(model, engine), 'ms');
        if (own.length === 0) return [];
        const { median: middle, low, high } = summarize(own);
        const against = [onnxruntimeWebModels, onnxruntimeNodeModels].map((peer) => {
          const theirs = metric(results, caseName(model, peer), 'ms');
          return peer === engine || theirs.length !== own.length ? '' : times(ratioOf(theirs, own).median);
        });
        return [[model.file, engine.name, formatTime(middle), `${formatTime(low)}-${formatTime(high)}`, ...against, formatTime(median(metric(results, caseName(model, engine), 'firstMs')))]];
      }),
    );
    return [
      { title: 'Published ONNX models', table: { header: ['model', 'engine', 'median', 'quartiles', 'faster than ort-web', 'faster than ort-node', 'bytes to first result'], rows } },
      { notes: ['Every answer is compared with the stored one before it is timed. The first result counts from the import of the library, in a fresh process.', ...(models.length === 0 ? ['The folder of published models is not there.'] : []), ...notRun(results)] },
    ];
  },
  verdicts(results) {
    const web = ratios(results, unfoldModels.fast, onnxruntimeWebModels, 'ms');
    return [
      atLeast('Geometric mean over the models, plain SIMD, at least 1.5x onnxruntime-web', geometricMean(web), 1.5, times),
      atLeast('No model slower than onnxruntime-web', least(web), 1, times),
      atLeast('With relaxed SIMD 1.8x', geometricMean(ratios(results, unfoldModels.relaxed, onnxruntimeWebModels, 'ms')), 1.8, times),
      atLeast('From bytes to the first result at least 3x shorter', geometricMean(ratios(results, unfoldModels.fast, onnxruntimeWebModels, 'firstMs')), 3, times),
    ];
  },
};
