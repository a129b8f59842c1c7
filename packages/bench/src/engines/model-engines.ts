import { Unavailable } from '../bench.js';
import { importPeer } from './peers.js';
import { relaxedFlags } from './unfold.js';

/** An input of a model: its name, elements and shape. */
export type Feed = readonly [name: string, data: Float32Array, shape: readonly number[]];

/** A model made ready: from host arrays to host arrays, by name. */
export type RunModel = (feeds: readonly Feed[]) => Promise<ReadonlyMap<string, Float32Array>>;

/** Something that runs ONNX files. */
export interface ModelEngine {
  readonly id: string;
  readonly name: string;
  readonly execArgv?: readonly string[];
  /** How far off an answer may be, times the tolerance of the model. */
  readonly slack: number;
  /** Everything from the import of the library on. */
  load(bytes: Uint8Array): Promise<RunModel>;
}

const unfold = (precision: 'exact' | 'fast', relaxedSimd: boolean): ModelEngine => ({
  id: ['unfold-wasm-1t', precision === 'exact' && 'exact', relaxedSimd && 'relaxed'].filter(Boolean).join('-'),
  name: `Unfold wasm, 1 thread, ${precision}${relaxedSimd ? ', relaxed SIMD' : ''}`,
  execArgv: relaxedSimd ? relaxedFlags : [],
  slack: precision === 'exact' && !relaxedSimd ? 1 : 20,
  async load(bytes) {
    const [{ compile, setBackend, tensor }, { wasm }, { importOnnx }] = await Promise.all([import('@unfoldjs/core'), import('@unfoldjs/backend-wasm'), import('@unfoldjs/onnx')]);
    const backend = await setBackend(wasm({ threads: 1, precision, relaxedSimd }));
    if (backend.device.float32.fma !== relaxedSimd) throw new Unavailable(`relaxed SIMD is ${relaxedSimd ? 'off' : 'on'} in spite of the setting`);
    const model = await importOnnx(bytes);
    const names = model.outputs.map(({ name }) => name);
    const run = compile((...inputs: ReturnType<typeof tensor>[]) => model.apply(model.params, inputs));
    return async (feeds) => {
      const results = await run(...feeds.map(([, data, shape]) => tensor(data, shape)));
      const found = await Promise.all(results.map((result) => result.data() as Promise<Float32Array>));
      for (const result of results) result.dispose();
      return new Map(names.map((name, i) => [name, found[i]!]));
    };
  },
});

interface OrtTensor {
  readonly data: Float32Array;
}

/** As much of onnxruntime as is used; the same face for wasm and native. */
interface Ort {
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<{ run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>> }>;
  };
  readonly env: { readonly wasm: { numThreads?: number } };
}

const onnxruntime = (id: string, name: string, peer: string, provider: string): ModelEngine => ({
  id,
  name,
  slack: 20,
  async load(bytes) {
    const ort = await importPeer<Ort>(peer);
    ort.env.wasm.numThreads = 1;
    const session = await ort.InferenceSession.create(bytes, { executionProviders: [provider], graphOptimizationLevel: 'all', intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
    return async (feeds) => {
      const results = await session.run(Object.fromEntries(feeds.map(([input, data, shape]) => [input, new ort.Tensor('float32', data, shape)])));
      return new Map(Object.entries(results).map(([output, { data }]) => [output, data]));
    };
  },
});

export const unfoldModels = { fast: unfold('fast', false), relaxed: unfold('fast', true), exact: unfold('exact', false) };
export const onnxruntimeWebModels = onnxruntime('ort-web-1t', 'onnxruntime-web, 1 thread', 'onnxruntime-web', 'wasm');
export const onnxruntimeNodeModels = onnxruntime('ort-node-1t', 'onnxruntime-node (native), 1 thread', 'onnxruntime-node', 'cpu');

export const modelEngines: readonly ModelEngine[] = [unfoldModels.fast, unfoldModels.relaxed, unfoldModels.exact, onnxruntimeWebModels, onnxruntimeNodeModels];
