import type { Command } from 'commander';
import { cpu } from '@unfoldjs/backend-cpu';
import { setBackend, unfoldError } from '@unfoldjs/core';
import { UsageError } from '../faults.js';
import { readBytes } from '../files.js';

const details = `
Filters of convolutions are [KH, KW, I, O] in a file of weights, all others as in the model: what \`loadParams(file, model.params)\` of
@unfoldjs/nn/node takes. There and back changes nothing.

Examples:
  $ unfold convert model.onnx weights.safetensors
  $ unfold convert weights.safetensors trained.onnx --model model.onnx`;

export const declareConvert = (program: Command): void =>
  void program
    .command('convert')
    .summary("write a model's weights as safetensors, or put them back into the model")
    .description("Writes a model's weights as a safetensors file; or, from such a file and the model, a model with these weights and everything else as it was.")
    .argument('<from>', 'model.onnx or weights.safetensors')
    .argument('<to>', 'weights.safetensors or model.onnx')
    .option('--model <model.onnx>', 'on the way back: the model whose weights they are')
    .addHelpText('after', details)
    .action(convert);

async function convert(from: string, to: string, { model }: { readonly model?: string }): Promise<void> {
  const way = [from, to].map((path) => /\.(onnx|safetensors)$/i.exec(path)?.[1]?.toLowerCase()).join(' ');
  if (way === 'onnx safetensors') {
    if (model !== undefined) throw new UsageError('--model is for the way from safetensors to ONNX.', 'leave it out.');
    return toSafetensors(from, to);
  }
  if (way !== 'safetensors onnx') throw new UsageError(`${from} cannot become ${to}.`, 'give an .onnx and a .safetensors file, in one order or the other.');
  if (model === undefined) throw new UsageError('a file of weights has no graph.', 'give the model that it belongs to: --model model.onnx.');
  return toOnnx(from, to, model);
}

async function toSafetensors(from: string, to: string): Promise<void> {
  const [{ importOnnx }, { saveParams }] = await Promise.all([import('@unfoldjs/onnx'), import('@unfoldjs/nn/node')]);
  const { params } = await importOnnx(from);
  const names = Object.keys(params);
  if (names.length === 0) throw unfoldError({ code: 'INVALID_ARGUMENT', op: 'convert', argument: from, problem: 'the model has no weights.', fix: 'give a model that was trained.' });
  await setBackend(cpu());
  await saveParams(to, params, { format: 'unfold-onnx' });
  console.log(`${names.length} tensors, ${Object.values(params).reduce((sum, { size }) => sum + size, 0).toLocaleString('en')} numbers: ${to}`);
}

async function toOnnx(from: string, to: string, path: string): Promise<void> {
  const [{ importOnnx, withWeights }, { decodeParams }, { writeAtomically }] = await Promise.all([import('@unfoldjs/onnx'), import('@unfoldjs/nn'), import('@unfoldjs/nn/node')]);
  const own = (await importOnnx(path)).params;
  await setBackend(cpu());
  const { params, notes } = decodeParams(await readBytes(from, 'convert'), own, { name: from });
  for (const note of notes) console.log(note);
  await writeAtomically(to, await withWeights(path, params));
  console.log(`${path} with ${Object.keys(params).length} tensors of ${from}: ${to}`);
}
