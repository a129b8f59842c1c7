import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { tensor, type Tensor } from '@unfoldjs/core';


/** One tensor of the manifest with its elements. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A model that people published, with what ONNX Runtime computes of some inputs. */
export interface PublishedModel {
  readonly file: string;
  readonly path: string;
  readonly tolerance: number;
  readonly inputs: readonly StoredTensor[];
  readonly outputs: readonly StoredTensor[];
}

interface ManifestTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: string;
}

/** Why there are none, or where they lie. */
const folder = join(process.env['UNFOLD_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url)), 'onnx');
export const missing: string | null = existsSync(join(folder, 'manifest.json')) ? null : 'the folder of published models is not there';

function stored({ name, shape, data }: ManifestTensor): StoredTensor {
  const bytes = gunzipSync(readFileSync(join(folder, data)));
  return { name, shape, data: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)) };
}

/** Of the manifest; empty where the folder is missing. */
export const publishedModels = (): PublishedModel[] =>
  missing
    ? []
    : (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { models: { file: string; tolerance: number; inputs: ManifestTensor[]; outputs: ManifestTensor[] }[] }).models.map(({ file, tolerance, inputs, outputs }) => ({
        file,
        path: join(folder, file),
        tolerance,
        inputs: inputs.map(stored),
        outputs: outputs.map(stored),
      }));

export const asTensors = (stored: readonly StoredTensor[]): Tensor[] => stored.map(({ data, shape }) => tensor(data, shape));

/** The largest difference. */
export const worstError = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Number.isNaN(actual[i]!) ? Infinity : Math.abs(actual[i]! - expected[i]!));
  return worst;
};
