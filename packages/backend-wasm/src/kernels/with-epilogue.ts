import { allocate, sizeOf, type TensorType } from '@unfoldjs/core';
import { referenceKernels, type KernelCall, type KernelTensor } from '@unfoldjs/core/reference';
import type { Epilogue } from './attrs.js';

/**
 * Runs `product` into the output and then the epilogue over it. Without an epilogue the output is the product; with one of
 * another dtype than float32 the product has an array of its own.
 */
export function withEpilogue(call: KernelCall, epilogue: Epilogue, product: (output: KernelTensor) => void): void {
  const { output } = call;
  if (epilogue.length === 0) return product(output);
  const type: TensorType = { dtype: 'float32', shape: output.type.shape };
  const data = output.type.dtype === 'float32' ? output.data : allocate('float32', sizeOf(type.shape));
  const sums: KernelTensor = { data, type };
  product(sums);
  // The reference reads a block of elements before it writes it, so that the product may be its own output.
  referenceKernels.fusedElementwise({ op: call.op, attrs: { body: epilogue, dtype: output.type.dtype }, inputs: [sums, ...call.inputs.slice(2)], output });
}
