import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { unfoldError } from '@unfoldjs/core';
import type { Engine, Feed } from './engine.js';

interface OrtTensor {
  readonly data: ArrayLike<number | bigint>;
}

/** As much of onnxruntime as is used; the same face for wasm and native. */
interface Ort {
  readonly Tensor: new (type: string, data: ArrayBufferView, shape: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<{ run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>> }> };
  readonly env?: { readonly wasm?: { numThreads?: number } };
}

const elements: Readonly<Record<string, readonly [type: string, make: (data: Feed['data']) => ArrayBufferView]>> = {
  float: ['float32', (data) => Float32Array.from(data)],
  double: ['float64', (data) => Float64Array.from(data)],
  int32: ['int32', (data) => Int32Array.from(data)],
  int64: ['int64', (data) => BigInt64Array.from(Array.from(data, BigInt))],
  uint8: ['uint8', (data) => Uint8Array.from(data)],
  bool: ['bool', (data) => Uint8Array.from(data)],
};

function tensorOf({ Tensor }: Ort, { name, type, data, shape }: Feed): OrtTensor {
  const found = elements[type];
  if (!found) throw unfoldError({ code: 'UNSUPPORTED_OP', op: 'bench', argument: name, problem: `inputs of ${type} are not given to onnxruntime here.`, fix: `use ${Object.keys(elements).join(', ')}.` });
  return new Tensor(found[0], found[1](data), shape);
}

/** Where the package lies as seen from a folder; null where it is not installed there. */
function resolved(name: string, folder: string): string | null {
  try {
    return createRequire(join(folder, 'package.json')).resolve(name);
  } catch {
    return null;
  }
}

function versionOf(file: string, name: string): string {
  const home = file.slice(0, file.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length);
  try {
    return ` ${(JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }).version}`;
  } catch {
    return '';
  }
}

/** onnxruntime of a package that is installed for a folder; null where it is not. */
export function onnxruntime(name: 'onnxruntime-web' | 'onnxruntime-node', folder: string, threads: number): Engine | null {
  const file = resolved(name, folder);
  if (file === null) return null;
  return {
    name: `${name}${versionOf(file, name)}`,
    async open() {
      const module = (await import(pathToFileURL(file).href)) as { default?: Ort } & Ort;
      const ort = module.default ?? module;
      if (ort.env?.wasm) ort.env.wasm.numThreads = threads;
      return async (bytes) => {
        const session = await ort.InferenceSession.create(bytes, { executionProviders: [name === 'onnxruntime-web' ? 'wasm' : 'cpu'], graphOptimizationLevel: 'all', intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 });
        return async (feeds) => {
          const results = await session.run(Object.fromEntries(feeds.map((feed) => [feed.name, tensorOf(ort, feed)])));
          return new Map(Object.entries(results).map(([output, { data }]) => [output, data]));
        };
      };
    },
  };
}
