import { channelsFirst, channelsLast, toChannelsFirst } from '../workloads/layout.js';
import { outputShape, type Network, type Params } from '../workloads/network.js';
import type { Engine, Session, Task } from './engine.js';
import { importPeer, peerVersions } from './peers.js';

interface OrtTensor {
  readonly data: Float32Array;
}

interface OrtSession {
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
}

/** As much of onnxruntime as is used; the same face for wasm and native. */
interface Ort {
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: { executionProviders: readonly string[]; intraOpNumThreads: number }): Promise<OrtSession> };
  readonly env: { readonly wasm: { numThreads?: number } };
}

type Feeds = Readonly<Record<string, readonly [Float32Array, readonly number[]]>>;

/** From host arrays to a host array, both in the runtime's own layout. `read` brings channels to the end. */
const taskOf = ({ Tensor }: Ort, session: OrtSession, feeds: Feeds, read: (data: Float32Array) => Float32Array): Task => ({
  async run() {
    const tensors = Object.fromEntries(Object.entries(feeds).map(([name, [data, shape]]) => [name, new Tensor('float32', data, shape)]));
    return (await session.run(tensors))['y']!.data;
  },
  read: async (data) => read(data as Float32Array),
});

/** Models by their network: users have them as files, so they are written once and not counted to a start. */
const models = new WeakMap<Network, Uint8Array>();

async function modelOf(network: Network, params: readonly Params[]): Promise<Uint8Array> {
  const model = models.get(network) ?? (await import('./onnx-model.js')).networkModel(network, params);
  models.set(network, model);
  return model;
}

const writeFiles = async (network: Network, params: readonly Params[]): Promise<void> => void (await modelOf(network, params));

function sessionOf(ort: Ort, name: string, provider: string, threads: number): Session {
  const create = (model: Uint8Array): Promise<OrtSession> => ort.InferenceSession.create(model, { executionProviders: [provider], intraOpNumThreads: threads });
  return {
    facts: { version: peerVersions()[name] ?? '', provider, threads },
    async network(network, x, params) {
      const shape = outputShape(network);
      const session = await create(await modelOf(network, params));
      return taskOf(ort, session, { x: [channelsFirst(x, network.input), toChannelsFirst(network.input)] }, (data) => channelsLast(data, shape, shape.length));
    },
    async matmul(size, a, b) {
      const session = await create((await import('./onnx-model.js')).matmulModel(size));
      return taskOf(ort, session, { a: [a, [size, size]], b: [b, [size, size]] }, (data) => data);
    },
  };
}

const hostOnly = 'session.run is host to host';
const words = (threads: number): string => `${threads} thread${threads > 1 ? 's' : ''}`;

export const onnxruntimeWeb = (threads: number): Engine => ({
  id: `ort-web-${threads}t`,
  name: `onnxruntime-web, ${words(threads)}`,
  threads,
  quick: threads === 1,
  hostOnly,
  writeFiles,
  async open() {
    const ort = await importPeer<Ort>('onnxruntime-web');
    ort.env.wasm.numThreads = threads;
    return sessionOf(ort, 'onnxruntime-web', 'wasm', threads);
  },
});

export const onnxruntimeNode = (threads: number): Engine => ({
  id: `ort-node-${threads}t`,
  name: `onnxruntime-node (native), ${words(threads)}`,
  threads,
  quick: threads === 1,
  hostOnly,
  writeFiles,
  open: async () => sessionOf(await importPeer<Ort>('onnxruntime-node'), 'onnxruntime-node', 'cpu', threads),
});
