import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@unfoldjs/core';

interface OrtTensor {
  readonly data: ArrayLike<number> | BigInt64Array;
  readonly dims: readonly number[];
}

interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

interface Ort {
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<OrtSession> };
}

/** ONNX Runtime among the libraries that the benches compare with, or why it is not there. */
function load(): Ort | string {
  const folder = fileURLToPath(new URL('../../../bench/peers/package.json', import.meta.url));
  try {
    return createRequire(folder)('onnxruntime-node') as Ort;
  } catch {
    return 'onnxruntime-node is not installed: `npm run bench -- --install-peers`';
  }
}

const ort = load();
export const noOrt: string | null = typeof ort === 'string' ? ort : null;

const typeOf = { float32: 'float32', int32: 'int32', bool: 'bool' } as const;

/** Runs a file in ONNX Runtime with its own optimisations where it can, in the order of its inputs. */
export async function runOrt(bytes: Uint8Array, inputs: readonly Tensor[]): Promise<{ name: string; shape: readonly number[]; data: number[] }[]> {
  const { InferenceSession, Tensor: OwnTensor } = ort as Ort;
  const open = (level: string): Promise<OrtSession> => InferenceSession.create(bytes, { graphOptimizationLevel: level, intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 });
  // Version 1.30 makes some a Pad part of the pool that follows it, and then refuses that for its padding.
  const session = await open('all').catch(() => open('disabled'));
  try {
    const feeds: Record<string, OrtTensor> = {};
    for (const [i, name] of session.inputNames.entries()) feeds[name] = new OwnTensor(typeOf[inputs[i]!.dtype], await inputs[i]!.data(), inputs[i]!.shape);
    const results = await session.run(feeds);
    return session.outputNames.map((name) => ({ name, shape: results[name]!.dims, data: Array.from(results[name]!.data as ArrayLike<number>, Number) }));
  } finally {
    await session.release();
  }
}
