import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { tensor, type Tensor } from '@unfoldjs/core';

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
