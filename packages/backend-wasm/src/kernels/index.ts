import { sizeOf } from '@unfoldjs/core';
import { referenceKernels, type Kernel, type KernelCall, type KernelTensor } from '@unfoldjs/core/reference';
import type { Engine } from '../engine.js';
import { convFilterMatmul, convInputMatmul, convMatmul } from './convolution.js';
import { matmul } from './matmul.js';
import { withEpilogue } from './with-epilogue.js';

type Kernels = typeof referenceKernels;
/** The ops that have kernels in WebAssembly; the others run the reference loops, and `describe` says so. */
export const vectorised = ['matmul', 'matmulEpilogue', 'convMatmul', 'convInputMatmul', 'convFilterMatmul'] as const;

const isDenseFloat = ({ inputs: [a, b] }: KernelCall): boolean => [a!, b!].every(({ type }) => type.dtype === 'float32' && sizeOf(type.shape) > 0);
const isFinite = ({ data }: KernelTensor): boolean => data.every((value) => Number.isFinite(value));

/**
 * All kernels of the backend. Products of float32 run in WebAssembly; int32, empty operands and groups keep the reference loops, and
 * so do gradients of images by filters with infinities, whose vectorised form multiplies them by zeros.
 */
export function kernelsOn(engine: Engine): Kernels {
  const epilogueOf = (call: { readonly attrs: object }) => (call.attrs as Parameters<Kernels['convMatmul']>[0]['attrs']).epilogue;
  const convolution = <K extends 'convMatmul' | 'convInputMatmul' | 'convFilterMatmul'>(name: K, run: (call: Parameters<Kernels[K]>[0], output: KernelTensor) => void, fits: (call: KernelCall) => boolean = () => true) =>
    ((call: Parameters<Kernels[K]>[0]) => {
      if (!isDenseFloat(call) || call.attrs.groups !== 1 || sizeOf(call.output.type.shape) === 0 || !fits(call)) return (referenceKernels[name] as Kernel)(call);
      withEpilogue(call, call.attrs.epilogue, (output) => run(call, output));
    }) as Kernels[K];
  return {
    ...referenceKernels,
    matmul(call) {
      const { attrs, inputs: [a, b], output } = call;
      if (!isDenseFloat(call)) return referenceKernels.matmul(call);
      matmul(engine, attrs, a!, b!, output);
    },
    matmulEpilogue(call) {
      const { attrs, inputs: [a, b] } = call;
      if (!isDenseFloat(call)) return referenceKernels.matmulEpilogue(call);
      withEpilogue(call, epilogueOf(call), (output) => matmul(engine, attrs, a!, b!, output));
    },
    convMatmul: convolution('convMatmul', ({ attrs, inputs: [x, filters] }, output) => convMatmul(engine, attrs, x!, filters!, output)),
    convInputMatmul: convolution('convInputMatmul', ({ attrs, inputs: [dy, filters] }, output) => convInputMatmul(engine, attrs, dy!, filters!, output), ({ inputs }) => isFinite(inputs[1]!)),
    convFilterMatmul: convolution('convFilterMatmul', ({ attrs, inputs: [x, dy] }, output) => convFilterMatmul(engine, attrs, x!, dy!, output)),
  };
}
