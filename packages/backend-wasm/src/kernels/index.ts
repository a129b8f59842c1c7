import { sizeOf } from '@unfoldjs/core';
import { referenceKernels, type Kernel, type KernelCall, type KernelTensor } from '@unfoldjs/core/reference';
import type { Engine } from '../engine.js';
import type { Epilogue, MatmulAttrs, WindowAttrs } from './attrs.js';
import { convFilterMatmul, convInputMatmul, convMatmul } from './convolution.js';
import { matmul } from './matmul.js';
import { withEpilogue } from './with-epilogue.js';

/** The ops that have kernels in WebAssembly; the others run the reference loops, and `describe` says so. */
export const vectorised = ['matmul', 'matmulEpilogue', 'convMatmul', 'convInputMatmul', 'convFilterMatmul'] as const;

type Product = (engine: Engine, attrs: WindowAttrs, left: KernelTensor, right: KernelTensor, output: KernelTensor) => void;

const isDenseFloat = ({ inputs: [a, b], output }: KernelCall): boolean =>
  [a!, b!].every(({ type }) => type.dtype === 'float32' && sizeOf(type.shape) > 0) && sizeOf(output.type.shape) > 0;
const isFinite = ({ data }: KernelTensor): boolean => data.every((value) => Number.isFinite(value));

/**
 * All kernels of the backend. Products of float32 run in WebAssembly; int32, empty operands and groups keep the reference loops, and
 * so do gradients of images by filters with infinities, whose vectorised form multiplies them by zeros.
 */
export function kernelsOn(engine: Engine): Readonly<Record<string, Kernel>> {
  const convolution =
    (reference: Kernel, run: Product, fits: (call: KernelCall) => boolean = () => true): Kernel =>
    (call) => {
      if (!isDenseFloat(call) || call.attrs.groups !== 1 || !fits(call)) return reference(call);
      const [left, right] = call.inputs;
      withEpilogue(call, call.attrs.epilogue as Epilogue, (output) => run(engine, call.attrs as unknown as WindowAttrs, left!, right!, output));
    };
  const product =
    (reference: Kernel): Kernel =>
    (call) => {
      if (!isDenseFloat(call)) return reference(call);
      const [a, b] = call.inputs;
      withEpilogue(call, (call.attrs.epilogue ?? []) as Epilogue, (output) => matmul(engine, call.attrs as unknown as MatmulAttrs, a!, b!, output));
    };
  return {
    ...referenceKernels,
    matmul: product(referenceKernels.matmul),
    matmulEpilogue: product(referenceKernels.matmulEpilogue),
    convMatmul: convolution(referenceKernels.convMatmul, convMatmul),
    convInputMatmul: convolution(referenceKernels.convInputMatmul, convInputMatmul, ({ inputs }) => isFinite(inputs[1]!)),
    convFilterMatmul: convolution(referenceKernels.convFilterMatmul, convFilterMatmul),
  };
}
