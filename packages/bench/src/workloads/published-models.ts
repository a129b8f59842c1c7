import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** A tensor of the manifest. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: string;
}

/** A model that people published as an ONNX file, with what ONNX Runtime gives for some inputs. */
export interface PublishedModel {
  readonly file: string;
  readonly tolerance: number;
  readonly inputs: readonly StoredTensor[];
  readonly outputs: readonly StoredTensor[];
}

const folder = join(process.env['UNFOLD_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url)), 'onnx');

/** Empty where the folder is not there. */
export const publishedModels: readonly PublishedModel[] = existsSync(join(folder, 'manifest.json')) ? (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { models: PublishedModel[] }).models : [];

export const modelBytes = ({ file }: PublishedModel): Uint8Array => new Uint8Array(readFileSync(join(folder, file)));

export function elementsOf({ data }: StoredTensor): Float32Array {
  const bytes = gunzipSync(readFileSync(join(folder, data)));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
