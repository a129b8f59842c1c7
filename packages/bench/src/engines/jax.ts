import { Unavailable } from '../bench.js';
import { forward, type Dialect, type LayerParams } from '../workloads/dialect.js';
import { channelsFirst, channelsFirstParams, channelsLast, toChannelsFirst } from '../workloads/layout.js';
import { outputShape, type Network, type Params } from '../workloads/network.js';
import type { Engine, Session, Task } from './engine.js';
import { importPeer, peerVersions } from './peers.js';

/** Every operation consumes its operands; `ref` is one more reference. */
interface JaxArray {
  readonly shape: readonly number[];
  readonly ref: JaxArray;
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  data(): Promise<Float32Array>;
  blockUntilReady(): Promise<unknown>;
  dispose(): void;
}

type Weights = readonly { readonly kernel: JaxArray; readonly bias: JaxArray }[];

type JaxDevice = 'wasm' | 'webgpu';

/** As much of jax-js as is used. */
interface Jax {
  init(device: JaxDevice): Promise<readonly string[]>;
  defaultDevice(device: JaxDevice): string;
  jit<Args extends readonly unknown[], Result>(fn: (...args: Args) => Result): (...args: Args) => Result;
  valueAndGrad<Args extends readonly unknown[]>(fn: (...args: Args) => JaxArray): (...args: Args) => readonly [JaxArray, Args[0]];
  blockUntilReady(tree: unknown): Promise<unknown>;
  readonly tree: { ref<T>(tree: T): T };
  readonly lax: { convGeneralDilated(x: JaxArray, kernel: JaxArray, strides: readonly number[], padding: 'SAME', options: { rhsDilation: readonly number[]; featureGroupCount: number }): JaxArray };
  readonly nn: { relu(x: JaxArray): JaxArray; softmax(x: JaxArray): JaxArray; logSoftmax(x: JaxArray): JaxArray };
  readonly numpy: {
    array(data: Float32Array, options: { shape: readonly number[] }): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    tanh(x: JaxArray): JaxArray;
    max(x: JaxArray, axes: readonly number[]): JaxArray;
    sum(x: JaxArray): JaxArray;
  };
}

/** Channels first. Kernels and biases are borrowed: a network meets them at each trace. */
const dialectOf = ({ lax, nn, numpy }: Jax): Dialect<JaxArray> => ({
  conv(x, { filters, stride, dilation, depthwise, relu }, kernel, bias) {
    const result = lax.convGeneralDilated(x, kernel.ref, [stride, stride], 'SAME', { rhsDilation: [dilation, dilation], featureGroupCount: depthwise ? filters[2] : 1 });
    const biased = bias ? result.add(bias.ref.reshape([1, -1, 1, 1])) : result;
    return relu ? nn.relu(biased) : biased;
  },
  dense(x, { relu }, kernel, bias) {
    const result = numpy.matmul(x, kernel.ref);
    const biased = bias ? result.add(bias.ref) : result;
    return relu ? nn.relu(biased) : biased;
  },
  maxPool(x) {
    const [n = 1, c = 1, h = 1, w = 1] = x.shape;
    return numpy.max(x.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5]);
  },
  flatten: (x) => x.reshape([x.shape[0]!, -1]),
  softmax: (x) => nn.softmax(x),
  tanh: (x) => numpy.tanh(x),
  shift: (x, by) => x.add(by),
});

function taskOf({ numpy }: Jax, mode: 'resident' | 'host', fn: (...args: JaxArray[]) => JaxArray, args: readonly (readonly [Float32Array, readonly number[]])[], read: (data: Float32Array) => Float32Array): Task {
  const make = (): JaxArray[] => args.map(([data, shape]) => numpy.array(data, { shape }));
  if (mode === 'resident') {
    const resident = make();
    return {
      async run() {
        const result = fn(...resident.map((each) => each.ref));
        await result.blockUntilReady();
        return result;
      },
      read: async (result) => read(await (result as JaxArray).ref.data()),
      release: (result) => (result as JaxArray).dispose(),
    };
  }
  // `data` consumes the result.
  return { run: () => fn(...make()).data(), read: async (data) => read(data as Float32Array) };
}

function sessionOf(jax: Jax): Session {
  const { numpy, nn, tree } = jax;
  const dialect = dialectOf(jax);
  const arraysOf = (network: Network, params: readonly Params[]): LayerParams<JaxArray>[] =>
    channelsFirstParams(network, params).map(({ kernel, kernelShape, bias }) => ({ kernel: numpy.array(kernel, { shape: kernelShape }), bias: bias && numpy.array(bias, { shape: [bias.length] }) }));
  return {
    facts: { version: peerVersions()['@jax-js/jax'] ?? '' },
    async network(network, x, params, mode) {
      const weights = arraysOf(network, params);
      const shape = outputShape(network);
      const fn = jax.jit((image: JaxArray) => forward(dialect, network, image, weights));
      return taskOf(jax, mode, fn, [[channelsFirst(x, network.input), toChannelsFirst(network.input)]], (data) => channelsLast(data, shape, shape.length));
    },
    matmul: async (size, a, b, mode) => taskOf(jax, mode, jax.jit((left: JaxArray, right: JaxArray) => numpy.matmul(left, right)), [[a, [size, size]], [b, [size, size]]], (data) => data),
    async train({ network, learningRate }, x, labels, params) {
      const images = channelsFirst(x, network.input);
      const count = network.input[0];
      const loss = (weights: Weights, image: JaxArray, truth: JaxArray): JaxArray => numpy.sum(nn.logSoftmax(forward(dialect, network, image, weights)).mul(truth)).mul(-1 / count);
      const step = jax.jit((weights: Weights, image: JaxArray, truth: JaxArray) => {
        const [value, gradient] = jax.valueAndGrad(loss)(tree.ref(weights), image, truth);
        const less = (old: JaxArray, by: JaxArray): JaxArray => old.sub(by.mul(learningRate));
        return { value, weights: weights.map(({ kernel, bias }, i) => ({ kernel: less(kernel, gradient[i]!.kernel), bias: less(bias, gradient[i]!.bias) })) };
      });
      let state = arraysOf(network, params) as Weights;
      return {
        async step() {
          const result = step(state, numpy.array(images, { shape: toChannelsFirst(network.input) }), numpy.array(labels, { shape: [count, 10] }));
          state = result.weights;
          await jax.blockUntilReady(state);
          const [value] = await result.value.data();
          return value!;
        },
      };
    },
  };
}

const jaxOn = (device: JaxDevice): Engine => ({
  id: `jax-${device}`,
  name: `jax-js ${device}`,
  threads: 1,
  ...(device === 'webgpu' ? { promise: 'half-digits' as const } : {}),
  async open() {
    if (device === 'webgpu') await (await import('@unfoldjs/test-support/webgpu')).provideWebGpu();
    const jax = await importPeer<Jax>('@jax-js/jax', 'dist/index.js');
    if (!(await jax.init(device)).includes(device)) throw new Unavailable(`jax-js found no ${device}`);
    jax.defaultDevice(device);
    return sessionOf(jax);
  },
});

export const jaxWasm = jaxOn('wasm');
export const jaxWebGpu = jaxOn('webgpu');
