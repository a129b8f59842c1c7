import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { compile, tensor, type Tensor } from '@unfoldjs/core';

/** One tensor with its elements, which are read when they are asked for. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A model that people published as an ONNX file, with what ONNX Runtime gives for some inputs. */
export interface PublishedModel {
  readonly file: string;
  readonly path: string;
  readonly tolerance: number;
  readonly inputs: readonly StoredTensor[];
  readonly outputs: readonly StoredTensor[];
}

type Stored = { readonly name: string; readonly shape: readonly number[]; readonly data: string };
type Manifest = { readonly models: readonly { readonly file: string; readonly tolerance: number; readonly inputs: readonly Stored[]; readonly outputs: readonly Stored[] }[] };

const folder = join(process.env['UNFOLD_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)), 'onnx');
const manifest = join(folder, 'manifest.json');

/** Why there are none; null where they are. */
export const missing: string | null = existsSync(manifest) ? null : 'the folder of published models is not there';

export const publishedPath = (file: string): string => join(folder, file);

const stored = ({ name, shape, data }: Stored): StoredTensor => ({
  name,
  shape,
  get data() {
    const bytes = gunzipSync(readFileSync(join(folder, data)));
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  },
});

/** Empty where the folder is missing. */
export const publishedModels = (): PublishedModel[] =>
  missing
    ? []
    : (JSON.parse(readFileSync(manifest, 'utf8')) as Manifest).models.map(({ file, tolerance, inputs, outputs }) => ({ file, path: join(folder, file), tolerance, inputs: inputs.map(stored), outputs: outputs.map(stored) }));

export const asTensors = (stored: readonly StoredTensor[]): Tensor[] => stored.map(({ data, shape }) => tensor(data, shape));

/** The largest difference; infinite where one is NaN, or elements are missing. */
export const worstError = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Number.isNaN(actual[i]!) ? Infinity : Math.abs(actual[i]! - expected[i]!));
  return worst;
};

/** As much of an imported model as is needed to run it. */
export interface ReadModel<Params> {
  readonly outputs: readonly { readonly name: string }[];
  readonly params: Params;
  apply(params: Params, inputs: readonly Tensor[]): Tensor[];
}

/** Runs a model on the backend of the moment. @throws Error where an output has another name or shape than the stored one, or is further off than `slack` times the tolerance */
export async function expectAgreement<Params>(model: ReadModel<Params>, { inputs, outputs, tolerance }: PublishedModel, slack = 1): Promise<void> {
  const run = compile((...given: Tensor[]) => model.apply(model.params, given));
  const results = await run(...asTensors(inputs));
  if (results.length !== outputs.length) throw new Error(`${results.length} outputs, not ${outputs.length}`);
  for (const [i, { name, shape, data }] of outputs.entries()) {
    const result = results[i]!;
    const worst = worstError(await result.data(), data);
    if (model.outputs[i]!.name !== name || result.shape.join() !== shape.join()) throw new Error(`output ${i} is ${model.outputs[i]!.name} [${result.shape.join(', ')}], not ${name} [${shape.join(', ')}]`);
    if (!(worst <= slack * tolerance)) throw new Error(`${name} is ${worst} off, where ${slack * tolerance} is allowed`);
    result.dispose();
  }
  run.dispose();
}
