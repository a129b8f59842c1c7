import { Unavailable } from '../bench.js';
import { forward, type Dialect, type LayerParams } from '../workloads/dialect.js';
import type { Params } from '../workloads/network.js';
import type { Session, Task } from './engine.js';

interface TfTensor {
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}

type Pair = readonly [number, number];

/** As much of TensorFlow.js as is used. */
export interface Tf {
  tensor(data: Float32Array, shape: readonly number[]): TfTensor;
  variable(tensor: TfTensor): TfTensor;
  readonly fused: {
    conv2d(settings: { x: TfTensor; filter: TfTensor; strides: Pair; pad: 'same'; dilations: Pair; bias?: TfTensor; activation?: 'relu' }): TfTensor;
    depthwiseConv2d(settings: { x: TfTensor; filter: TfTensor; strides: Pair; pad: 'same'; dilations: Pair; bias?: TfTensor; activation?: 'relu' }): TfTensor;
    matMul(settings: { a: TfTensor; b: TfTensor; bias?: TfTensor; activation?: 'relu' }): TfTensor;
  };
  matMul(a: TfTensor, b: TfTensor): TfTensor;
  maxPool(x: TfTensor, size: Pair, strides: Pair, pad: 'valid'): TfTensor;
  reshape(x: TfTensor, shape: readonly number[]): TfTensor;
  softmax(x: TfTensor): TfTensor;
  tanh(x: TfTensor): TfTensor;
  add(x: TfTensor, by: number): TfTensor;
  tidy<T>(fn: () => T): T;
  readonly losses: { softmaxCrossEntropy(labels: TfTensor, logits: TfTensor): TfTensor };
  readonly train: { sgd(rate: number): { minimize(fn: () => TfTensor, returnCost: true, variables: readonly TfTensor[]): TfTensor } };
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  getBackend(): string;
  env(): { set(flag: string, value: boolean): void };
  readonly version_core: string;
}

/** Bias and activation go into the fused kernels, as TensorFlow.js's own converter puts them there. */
const dialectOf = (tf: Tf): Dialect<TfTensor> => {
  const epilogue = (bias: TfTensor | null, relu: boolean): { bias?: TfTensor; activation?: 'relu' } => ({ ...(bias ? { bias } : {}), ...(relu ? { activation: 'relu' as const } : {}) });
  return {
    conv(x, { stride, dilation, depthwise, relu }, filter, bias) {
      const convolve = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
      return convolve({ x, filter, strides: [stride, stride], dilations: [dilation, dilation], pad: 'same', ...epilogue(bias, relu) });
    },
    dense: (x, { relu }, kernel, bias) => tf.fused.matMul({ a: x, b: kernel, ...epilogue(bias, relu) }),
    maxPool: (x) => tf.maxPool(x, [2, 2], [2, 2], 'valid'),
    flatten: (x) => tf.reshape(x, [x.shape[0]!, -1]),
    softmax: (x) => tf.softmax(x),
    tanh: (x) => tf.tanh(x),
    shift: (x, by) => tf.add(x, by),
  };
};

/** Tensors of host arrays, once before the calls or at each. */
function taskOf(tf: Tf, mode: 'resident' | 'host', fn: (...args: TfTensor[]) => TfTensor, args: readonly (readonly [Float32Array, readonly number[]])[]): Task {
  const make = (): TfTensor[] => args.map(([data, shape]) => tf.tensor(data, shape));
  if (mode === 'resident') {
    const resident = make();
    return { run: async () => tf.tidy(() => fn(...resident)), read: (result) => (result as TfTensor).data(), release: (result) => (result as TfTensor).dispose() };
  }
  return {
    async run() {
      const result = tf.tidy(() => fn(...make()));
      const data = await result.data();
      result.dispose();
      return data;
    },
    read: async (data) => data as Float32Array,
  };
}

const tensorsOf = (tf: Tf, params: readonly Params[]): LayerParams<TfTensor>[] => params.map(({ kernel, kernelShape, bias }) => ({ kernel: tf.tensor(kernel, kernelShape), bias: bias && tf.tensor(bias, [bias.length]) }));

/** Everything on the backend that is set; runs in pages as well. */
export const sessionOf = (tf: Tf, threads: number): Session => {
  const dialect = dialectOf(tf);
  return {
    facts: { version: tf.version_core, backend: tf.getBackend(), threads },
    async network(network, x, params, mode) {
      const weights = tensorsOf(tf, params);
      return taskOf(tf, mode, (image) => forward(dialect, network, image, weights), [[x, network.input]]);
    },
    matmul: async (size, a, b, mode) => taskOf(tf, mode, (left, right) => tf.matMul(left, right), [[a, [size, size]], [b, [size, size]]]),
    async train({ network, learningRate }, x, labels, params) {
      if (tf.getBackend() === 'wasm') throw new Unavailable('the wasm backend of TensorFlow.js has no gradient of a convolution (Conv2DBackpropFilter)');
      const weights = tensorsOf(tf, params).map(({ kernel, bias }) => ({ kernel: tf.variable(kernel), bias: bias && tf.variable(bias) }));
      const variables = weights.flatMap(({ kernel, bias }) => (bias ? [kernel, bias] : [kernel]));
      const optimizer = tf.train.sgd(learningRate);
      return {
        async step() {
          const [image, truth] = [tf.tensor(x, network.input), tf.tensor(labels, [network.input[0], 10])];
          const cost = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(truth, forward(dialect, network, image, weights)), true, variables);
          const [loss] = await cost.data();
          for (const each of [image, truth, cost]) each.dispose();
          return loss!;
        },
      };
    },
  };
};
