import type { Backend, BackendSpec, Tensor } from '@unfoldjs/core';
import { Unavailable } from '../bench.js';
import { forward, type Dialect, type LayerParams } from '../workloads/dialect.js';
import type { Params } from '../workloads/network.js';
import type { Engine, Session, Task } from './engine.js';

type Core = typeof import('@unfoldjs/core');

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

async function sessionOf(core: Core, backend: Backend): Promise<Session> {
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

/** Opens a backend; where this machine has no such device, its reason is the reason why the engine does not run. */
async function opened({ UnfoldError }: Core, spec: BackendSpec): Promise<Backend> {
  try {
    return await spec.open();
  } catch (error) {
    if (error instanceof UnfoldError && error.code === 'NO_BACKEND') throw new Unavailable(error.problem);
    throw error;
  }
}

interface UnfoldSettings extends Omit<Engine, 'open'> {
  /** Imports the backend and says how it is opened. */
  readonly backend: () => Promise<BackendSpec>;
  /** What becomes of it once it is open. */
  readonly wrap?: (backend: Backend) => Promise<Backend>;
}

const unfold = ({ backend, wrap = async (opened) => opened, ...settings }: UnfoldSettings): Engine => ({
  ...settings,
  async open() {
    const [core, spec] = [await import('@unfoldjs/core'), await backend()];
    return sessionOf(core, await wrap(await opened(core, spec)));
  },
});

/** Refuses the fused kernels, so that a convolution builds its patches and multiplies. */
const unfused = async (backend: Backend): Promise<Backend> => {
  const { fusedKernels, withoutKernels } = await import('@unfoldjs/measure');
  return withoutKernels(backend, fusedKernels);
};

const cpuBackend = async (): Promise<BackendSpec> => (await import('@unfoldjs/backend-cpu')).cpu();
const gpuBackend = (mode?: 'webasm' | 'cpu') => async (): Promise<BackendSpec> => (await import('@unfoldjs/backend-gpu')).gpu(mode ? { mode } : {});

export const unfoldCpu = unfold({ id: 'unfold-cpu', name: 'Unfold cpu', threads: 1, quick: true, backend: cpuBackend });
export const unfoldCpuUnfused = unfold({ id: 'unfold-cpu-unfused', name: 'Unfold cpu, im2col + matmul', threads: 1, backend: cpuBackend, wrap: unfused });
export const unfoldGpu = unfold({ id: 'unfold-gpu', name: 'Unfold gpu', threads: 1, promise: 'half-digits', backend: gpuBackend() });
export const unfoldGpuUnfused = unfold({ id: 'unfold-gpu-unfused', name: 'Unfold gpu, im2col + matmul', threads: 1, promise: 'half-digits', backend: gpuBackend(), wrap: unfused });
export const unfoldWebasm = unfold({ id: 'unfold-gpu-webasm', name: 'Unfold gpu:webasm', threads: 2, backend: gpuBackend('webasm') });
export const unfoldWebasmUnfused = unfold({ id: 'unfold-gpu-webasm-unfused', name: 'Unfold gpu:webasm, im2col + matmul', threads: 2, backend: gpuBackend('webasm'), wrap: unfused });
export const unfoldGpuCpu = unfold({ id: 'unfold-gpu-cpu', name: 'Unfold gpu:cpu', threads: 1, backend: gpuBackend('cpu') });

export interface WasmSettings {
  readonly threads: number;
  readonly precision: 'exact' | 'fast';
  readonly relaxedSimd: boolean;
}

/** Relaxed SIMD is behind a flag up to Node 21. */
export const relaxedFlags = Number(process.versions.node.split('.')[0]) < 22 ? ['--experimental-wasm-relaxed-simd'] : [];

/** The id of a setting: `unfold-wasm-1t`, `unfold-wasm-2t-relaxed`, `unfold-wasm-1t-exact`. */
export const wasmId = ({ threads, precision, relaxedSimd }: WasmSettings): string => ['unfold-wasm', `${threads}t`, precision === 'exact' && 'exact', relaxedSimd && 'relaxed'].filter(Boolean).join('-');

const unfoldWasm = (settings: WasmSettings): Engine => {
  const { threads, precision, relaxedSimd } = settings;
  return unfold({
    id: wasmId(settings),
    name: `Unfold wasm, ${threads} thread${threads > 1 ? 's' : ''}, ${precision}${relaxedSimd ? ', relaxed SIMD' : ''}`,
    threads,
    quick: precision === 'fast' && !(relaxedSimd && threads > 1),
    promise: precision === 'fast' ? 'half-digits' : 'every-order',
    execArgv: relaxedSimd ? relaxedFlags : [],
    backend: async () => (await import('@unfoldjs/backend-wasm')).wasm(settings),
    async wrap(backend) {
      const { fallbackReason, float32, details } = backend.device;
      if (fallbackReason) throw new Unavailable(fallbackReason);
      for (const [name, wanted] of Object.entries({ threads, precision })) {
        if (details[name] !== wanted) throw new Unavailable(`${name} is ${details[name]}, not ${wanted}`);
      }
      if (float32.fma !== relaxedSimd) throw new Unavailable(`relaxed SIMD is ${relaxedSimd ? 'off' : 'on'} in spite of the setting`);
      return backend;
    },
  });
};

export const unfoldWasmEngines: readonly Engine[] = [1, 2].flatMap((threads) =>
  (['fast', 'exact'] as const).flatMap((precision) => [false, true].map((relaxedSimd) => unfoldWasm({ threads, precision, relaxedSimd }))),
);
