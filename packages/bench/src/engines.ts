import { conv2d, evaluate, setBackend, tensor, UnfoldError, type Backend, type BackendSpec } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { gpu } from '@unfoldjs/backend-gpu';
import { fusedKernels, nest4, nestedLoops, withoutKernels } from '@unfoldjs/measure';
import { Unavailable } from './bench.js';
import type { ConvWorkload } from './workloads.js';

/** A convolution made ready: data in the engine's own form, so that a call is the work alone. */
export interface Prepared {
  /** One convolution, its result on the host in whatever form the engine has. */
  run(): Promise<unknown>;
  /** The result as flat row-major numbers, outside of the timing. */
  flat(result: unknown): ArrayLike<number>;
  /** The most bytes that were held during the last run, scratch included; undefined where the engine does not count. */
  peakBytes?(): number;
}

/** Something that convolves. */
export interface Engine {
  readonly name: string;
  prepare(workload: ConvWorkload, x: Float32Array, w: Float32Array): Promise<Prepared>;
}

/** The loops of the textbook. */
export const loops: Engine = {
  name: 'nested loops',
  async prepare({ input, filters, stride, dilation, id }, x, w) {
    if (dilation !== 1) throw new Unavailable(`the loops know no dilation, which ${id} needs`);
    const [nestedX, nestedW] = [nest4(x, input), nest4(w, filters)];
    return {
      run: async () => nestedLoops(nestedX, nestedW, { stride }),
      flat: (result) => (result as number[][][][]).flat(3),
    };
  },
};

/** Unfold on a backend: data resident, a graph built and evaluated each call, the result read back. */
function unfold(name: string, open: () => Promise<Backend>): Engine {
  return {
    name,
    async prepare({ input, filters, stride, dilation }, x, w) {
      const backend = await setBackend(await open());
      const image = await tensor(x, input).to(backend);
      const weights = await tensor(w, filters).to(backend);
      return {
        async run() {
          backend.resetPeak?.();
          const result = conv2d(image, weights, { strides: stride, dilations: dilation, padding: 'same' });
          await evaluate(result);
          const data = await result.data();
          result.dispose();
          return data;
        },
        flat: (result) => result as Float32Array,
        peakBytes: () => backend.memory().peak,
      };
    },
  };
}

async function opened(spec: BackendSpec): Promise<Backend> {
  try {
    return await spec.open();
  } catch (error) {
    if (error instanceof UnfoldError && error.code === 'NO_BACKEND') throw new Unavailable(error.problem);
    throw error;
  }
}

const unfused = async (open: Promise<Backend>): Promise<Backend> => withoutKernels(await open, fusedKernels);

export const engines: readonly Engine[] = [
  loops,
  unfold('cpu, im2col + matmul', () => unfused(opened(cpu()))),
  unfold('cpu, fused', () => opened(cpu())),
  unfold('gpu:webasm, im2col + matmul', () => unfused(opened(gpu({ mode: 'webasm' })))),
  unfold('gpu:webasm, fused', () => opened(gpu({ mode: 'webasm' }))),
  unfold('gpu, im2col + matmul', () => unfused(opened(gpu()))),
  unfold('gpu, fused', () => opened(gpu())),
];
