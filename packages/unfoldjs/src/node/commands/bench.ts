import type { Command } from 'commander';
import { formatTable, randomUniform, sizeOf, unfoldError, type Shape, type TypedArray } from '@unfoldjs/core';
import type { OnnxModel, ValueInfo } from '@unfoldjs/onnx';
import { onBackend, type BackendChoice } from '../backends.js';
import type { Feed } from '../bench/engine.js';
import type { Measured, NotRun } from '../bench/measure.js';
import { UsageError } from '../faults.js';
import { readBytes } from '../files.js';
import { assertInputNames, dtypeOf } from '../inputs.js';
import { shapes, whole, withBackendOption } from '../options.js';

interface BenchOptions extends BackendChoice {
  readonly threads: number;
  readonly runs: number;
  readonly shape?: Readonly<Record<string, Shape>>;
}

const peers = ['onnxruntime-web', 'onnxruntime-node'] as const;

const details = `
Inputs are random numbers from 0 to 1, the same ones each time; whole numbers and booleans are 0. A run goes from host arrays to host arrays.
The engines take turns in one process, after a warm-up. Compare them within one table only.

Example:
  $ unfold bench model.onnx --runs 100`;

export const declareBench = (program: Command): void =>
  void withBackendOption(program.command('bench'))
    .summary('time a model, beside onnxruntime where that is installed')
    .description('Times a model: median and quartiles, beside onnxruntime-web and onnxruntime-node where they are installed for the folder in which the command runs.')
    .argument('<model.onnx>', 'an ONNX model')
    .option('--runs <n>', 'runs of each engine that are timed', whole(1, 1_000_000), 50)
    .option('--threads <n>', 'threads of the backend wasm and of onnxruntime', whole(1, 64), 1)
    .option('--shape <name=sizes>', 'the shape of an input whose sizes are free, such as input=1x3x224x224; may be given for each', shapes)
    .addHelpText('after', details)
    .action(bench);

async function bench(path: string, { backend, threads, runs, shape = {} }: BenchOptions): Promise<void> {
  const [{ importOnnx }, { unfold }, { onnxruntime }, { measure, quantile }] = await Promise.all([import('@unfoldjs/onnx'), import('../bench/unfold.js'), import('../bench/onnxruntime.js'), import('../bench/measure.js')]);
  const model = await importOnnx(path);
  assertInputNames(model.inputs, Object.keys(shape), '--shape');
  const bytes = await readBytes(path, 'bench');
  const others = peers.map((name) => ({ name, engine: onnxruntime(name, process.cwd(), threads) }));
  await onBackend(backend === 'wasm' ? { backend, threads } : { backend }, async (open) => {
    const feeds = await feedsOf(model, shape);
    const measured = await measure([unfold(open, path), ...others.flatMap(({ engine }) => engine ?? [])], bytes, feeds, runs);
    console.log(`${path}, ${feeds.map((feed) => `${feed.name} [${feed.shape.join(', ')}]`).join(', ')}: ${runs} runs each\n`);
    console.log(tableOf(measured, quantile));
    for (const { name, engine } of others) if (!engine) console.log(`${name} is not installed for this folder: \`npm install ${name}\` brings it.`);
    const wrong = measured.filter((each) => 'samples' in each && each.difference === Infinity);
    if (wrong.length > 0) throw unfoldError({ code: 'DATA_MISMATCH', op: 'bench', argument: path, problem: `${wrong.map(({ name }) => name).join(', ')} gave NaN, infinities or sizes that Unfold did not.`, fix: 'look at the results by `unfold run --output`.' });
  });
}

async function feedsOf({ inputs }: OnnxModel, given: Readonly<Record<string, Shape>>): Promise<Feed[]> {
  return Promise.all(
    inputs.map(async (info, seed) => {
      const shape = given[info.name] ?? declaredShape(info);
      const dtype = dtypeOf(info);
      const data: TypedArray = dtype === 'float32' ? await randomUniform(shape, { seed }).data() : dtype === 'int32' ? new Int32Array(sizeOf(shape)) : new Uint8Array(sizeOf(shape));
      return { name: info.name, type: info.type, dtype, shape, data };
    }),
  );
}

/** @throws UsageError where sizes are free; of the first axis, one is meant */
function declaredShape({ name, shape }: ValueInfo): Shape {
  const sizes = shape?.map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? 1 : NaN));
  if (sizes && !sizes.includes(NaN)) return sizes;
  throw new UsageError(`the sizes of \`${name}\` are free${shape ? `: [${shape.map((dim) => dim ?? '?').join(', ')}]` : ''}.`, `give them: --shape ${name}=1x3x224x224.`);
}

const time = (ms: number): string => `${ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3)} ms`;

function tableOf(measured: readonly (Measured | NotRun)[], at: (samples: readonly number[], q: number) => number): string {
  const rows = measured.map((each, i) =>
    'samples' in each
      ? [each.name, time(at(each.samples, 0.5)), `${time(at(each.samples, 0.25))} to ${time(at(each.samples, 0.75))}`, time(each.firstMs), i === 0 ? '' : each.difference === 0 ? '0' : each.difference.toExponential(1)]
      : [each.name, `not run: ${each.problem}`],
  );
  return `${formatTable(['engine', 'median', 'quartiles', 'first result', 'differs by'], rows)}\n`;
}
