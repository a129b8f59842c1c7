import type { Backend, Tensor } from '@unfoldjs/core';
import { forward, type Dialect, type LayerParams } from '../workloads/dialect.js';
import type { Params } from '../workloads/network.js';
import type { Session, Task } from './engine.js';

export type Core = typeof import('@unfoldjs/core');

const dialectOf = (core: Core): Dialect<Tensor> => {
  const finish = (x: Tensor, bias: Tensor | null, relu: boolean): Tensor => {
    const biased = bias ? core.add(x, bias) : x;
    return relu ? core.relu(biased) : biased;
  };
  return {
    conv(x, { stride, dilation, depthwise, relu }, kernel, bias) {
      const convolve = depthwise ? core.depthwiseConv2d : core.conv2d;
      return finish(convolve(x, kernel, { strides: stride, dilations: dilation, padding: 'same' }), bias, relu);
    },
    dense: (x, { relu }, kernel, bias) => finish(core.matmul(x, kernel), bias, relu),
    maxPool: (x) => core.maxPool2d(x, { window: 2, strides: 2 }),
    flatten: (x) => core.reshape(x, [x.shape[0]!, -1]),
    softmax: (x) => core.softmax(x),
    tanh: (x) => core.tanh(x),
    shift: (x, by) => core.add(x, by),
  };
};

const tensorsOf = ({ tensor }: Core, params: readonly Params[]): LayerParams<Tensor>[] =>
  params.map(({ kernel, kernelShape, bias }) => ({ kernel: tensor(kernel, kernelShape), bias: bias && tensor(bias, [bias.length]) }));

/** A compiled function of tensors that are made of host arrays, once before the calls or at each. */
async function taskOf({ tensor }: Core, backend: Backend, mode: 'resident' | 'host', fn: (...args: Tensor[]) => Promise<Tensor>, args: readonly (readonly [Float32Array, readonly number[]])[]): Promise<Task> {
  const make = (): Tensor[] => args.map(([data, shape]) => tensor(data, shape));
  const peakBytes = (): number => backend.memory().peak;
  if (mode === 'resident') {
    const resident = await Promise.all(make().map((each) => each.to(backend)));
    return { run: () => fn(...resident), read: (result) => (result as Tensor).data() as Promise<Float32Array>, release: (result) => (result as Tensor).dispose(), peakBytes };
  }
  return {
    async run() {
      const result = await fn(...make());
      const data = await result.data();
      result.dispose();
      return data;
    },
    read: async (data) => data as Float32Array,
    peakBytes,
  };
}

/** Everything on an open backend; runs in pages as well. */
export async function sessionOf(core: Core, backend: Backend): Promise<Session> {
  await core.setBackend(backend);
  const dialect = dialectOf(core);
  const { label, details, float32 } = backend.device;
  return {
    facts: { device: label, fma: float32.fma, ...details },
    async network(network, x, params, mode) {
      const weights = tensorsOf(core, params);
      const fn = core.compile((image: Tensor) => forward(dialect, network, image, weights));
      return taskOf(core, backend, mode, fn, [[x, network.input]]);
    },
    async matmul(size, a, b, mode) {
      const fn = core.compile((left: Tensor, right: Tensor) => core.matmul(left, right));
      return taskOf(core, backend, mode, fn, [[a, [size, size]], [b, [size, size]]]);
    },
    async train({ network, learningRate }, x, labels, params) {
      const { valueAndGrad } = await import('@unfoldjs/core/autodiff');
      let state = await Promise.all(tensorsOf(core, params).map(async ({ kernel, bias }) => ({ kernel: await kernel.to(backend), bias: await bias!.to(backend) })));
      const loss = (weights: typeof state, image: Tensor, truth: Tensor): Tensor =>
        core.neg(core.mean(core.sum(core.mul(truth, core.logSoftmax(forward(dialect, network, image, weights))), { axes: -1 })));
      const step = core.compile(
        (weights: typeof state, image: Tensor, truth: Tensor) => {
          const { value, gradient } = valueAndGrad(loss)(weights, image, truth);
          const less = (old: Tensor, by: Tensor): Tensor => core.sub(old, core.mul(by, learningRate));
          return { value, weights: weights.map(({ kernel, bias }, i) => ({ kernel: less(kernel, gradient[i]!.kernel), bias: less(bias, gradient[i]!.bias) })) };
        },
        undefined,
        { donate: [0] },
      );
      return {
        async step() {
          const result = await step(state, core.tensor(x, network.input), core.tensor(labels, [network.input[0], 10]));
          state = result.weights;
          const value = await result.value.item();
          result.value.dispose();
          return value as number;
        },
      };
    },
  };
}
