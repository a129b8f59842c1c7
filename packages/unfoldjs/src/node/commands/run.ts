import { Option, type Command } from 'commander';
import { evaluate, unfoldError, type Tensor } from '@unfoldjs/core';
import type { OnnxModel } from '@unfoldjs/onnx';
import { onBackend, type BackendChoice } from '../backends.js';
import { UsageError } from '../faults.js';
import { readLines } from '../files.js';
import { assertInputNames, npyInput } from '../inputs.js';
import { finite, named, numbers, size, whole, withBackendOption } from '../options.js';
import type { PictureOptions } from '../picture.js';
import { assertLabels, rankingText, softmaxOf, tensorText } from '../ranking.js';

interface RunOptions extends BackendChoice, PictureOptions {
  readonly image?: string;
  readonly input?: ReadonlyMap<string, string>;
  readonly output?: ReadonlyMap<string, string>;
  readonly top?: number;
  readonly labels?: string;
  readonly softmax?: boolean;
}

const details = `
A picture is resized to the model's sizes (or --size), and each channel becomes (value * scale - mean) / std, with values from 0 to 255.
By default that is what torchvision's Resize and ToTensor give: shrunk with antialiasing, from 0 to 1, red before green before blue.
It is stretched where its proportions differ.

A file of NumPy (.npy) holds float32, float64 (rounded to float32), int32, int64, uint8 or bool, in C order.

Examples:
  $ unfold run model.onnx --image cat.png --labels labels.txt --top 5
  $ unfold run model.onnx --image cat.png --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --softmax --top 5
  $ unfold run model.onnx --input x=x.npy --output y=y.npy --backend cpu`;

export const declareRun = (program: Command): void =>
  void withBackendOption(program.command('run'))
    .summary('run a model on a picture or on arrays of NumPy')
    .description('Runs a model once, and prints what its outputs are, or the classes with the largest values.')
    .argument('<model.onnx>', 'an ONNX model')
    .option('--image <file>', 'a PNG or JPEG for the input that --input does not give')
    .option('--input <name=file.npy>', 'an array of NumPy for an input; may be given for each', named)
    .option('--output <name=file.npy>', 'saves an output; may be given for each', named)
    .option('--top <k>', 'prints the k largest values of the first output, with their classes (5 with --labels)', whole(1))
    .option('--labels <file>', 'a text with the name of a class on each line')
    .option('--softmax', 'turns the values that --top prints into probabilities')
    .option('--threads <n>', 'threads of the backend wasm (default: as many as the machine runs at once, up to 4)', whole(1, 64))
    .option('--size <height>x<width>', "the picture's size, where the model leaves it free", size)
    .addOption(new Option('--layout <axes>', "the order of the picture's axes (default: the model's own; nhwc where its input ends in 1 or 3 channels)").choices(['nchw', 'nhwc']))
    .addOption(new Option('--resize <filter>', 'how it is resized').choices(['antialias', 'bilinear']).default('antialias'))
    .option('--scale <number>', 'what values are multiplied by (default: 1/255, or 1 where the model takes whole numbers)', finite)
    .option('--mean <numbers>', 'what is subtracted then: one number, or one for each channel', numbers)
    .option('--std <numbers>', 'what it is divided by then: one number, or one for each channel', numbers)
    .option('--grey', 'makes the picture grey, where the model leaves the channels free')
    .option('--bgr', 'blue before green before red')
    .addHelpText('after', details)
    .action(run);

async function run(path: string, options: RunOptions): Promise<void> {
  const { importOnnx } = await import('@unfoldjs/onnx');
  const model = await importOnnx(path);
  assertInputNames(model.outputs, [...(options.output?.keys() ?? [])], '--output', 'output');
  const labels = options.labels === undefined ? null : await readLines(options.labels, 'run');
  await onBackend(options, async ({ name, device }) => {
    const inputs = await inputsOf(model, options);
    const start = performance.now();
    const results = model.apply(model.params, inputs);
    await evaluate(...results);
    console.log(`ran on ${name} (${device.label}) in ${(performance.now() - start).toFixed(1)} ms, compilation included`);
    await show(model, results, options, labels);
    await save(model, results, options.output ?? new Map());
  });
}

/** @throws UsageError for inputs that are missing or given twice */
async function inputsOf({ inputs }: OnnxModel, options: RunOptions): Promise<Tensor[]> {
  const files = options.input ?? new Map<string, string>();
  assertInputNames(inputs, [...files.keys()], '--input');
  const others = inputs.filter(({ name }) => !files.has(name));
  const { image } = options;
  const wanted = others.map(({ name }) => `--input ${name}=file.npy`).join(' ');
  if (image === undefined && others.length > 0) throw new UsageError(`the model has ${inputs.length === 1 ? 'an input' : `${inputs.length} inputs`}, and nothing was given for ${others.map(({ name }) => `\`${name}\``).join(', ')}.`, `give ${wanted}${others.length === 1 ? ', or --image' : ''}.`);
  if (image !== undefined && others.length !== 1) throw new UsageError(`--image is for one input, and ${others.length === 0 ? 'all are given by --input' : `${others.length} are not given: ${others.map(({ name }) => `\`${name}\``).join(', ')}`}.`, others.length === 0 ? 'leave it out.' : `give the others by --input name=file.npy.`);
  // Loaded for pictures only: decoders take a while.
  const { pictureInput } = image === undefined ? { pictureInput: null } : await import('../picture.js');
  return Promise.all(inputs.map((info) => (files.has(info.name) ? npyInput(files.get(info.name)!, info) : pictureInput!(image!, info, options))));
}

async function show(model: OnnxModel, results: readonly Tensor[], { top, labels: path, softmax }: RunOptions, labels: readonly string[] | null): Promise<void> {
  const { hostTensorOf } = await import('@unfoldjs/nn');
  if (top === undefined && !labels && !softmax) {
    for (const [i, result] of results.entries()) console.log(tensorText(model.outputs[i]!.name, await hostTensorOf(result)));
    return;
  }
  const { shape, data } = await hostTensorOf(results[0]!);
  const classes = shape.at(-1) ?? 1;
  if (data.length !== classes || classes === 0) {
    throw unfoldError({ code: 'SHAPE_MISMATCH', op: 'run', argument: model.outputs[0]!.name, problem: `it is [${shape.join(', ')}], which is no row of classes to rank.`, fix: 'leave out --top, --labels and --softmax, and save it by --output.' });
  }
  if (labels) assertLabels(path!, labels, classes);
  console.log(rankingText(softmax ? softmaxOf(data) : data, top ?? 5, labels));
}

async function save({ outputs }: OnnxModel, results: readonly Tensor[], files: ReadonlyMap<string, string>): Promise<void> {
  if (files.size === 0) return;
  const [{ hostTensorOf }, { writeAtomically }, { encodeNpy }] = await Promise.all([import('@unfoldjs/nn'), import('@unfoldjs/nn/node'), import('../npy.js')]);
  for (const [name, path] of files) {
    await writeAtomically(path, encodeNpy(await hostTensorOf(results[outputs.findIndex((output) => output.name === name)]!)));
    console.log(`${name} saved as ${path}`);
  }
}
