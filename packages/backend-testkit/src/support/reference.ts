import { allocate, sizeOf, type TypedArray } from '@unfoldjs/core';
import type { Kernel } from '@unfoldjs/core/reference';
import { outputOf, primitiveKernelOf, type Call } from './call.js';
import { decomposed } from './decomposed.js';
import type { Precision } from './interpret.js';

/** What a kernel makes of a call: in float32 as stored, or with doubles throughout. */
export function byKernel(kernel: Kernel, call: Call, precision: Precision = 'float32'): TypedArray {
  const type = outputOf(call);
  const size = sizeOf(type.shape);
  const isWide = (dtype: string): boolean => precision === 'float64' && dtype === 'float32';
  const data = isWide(type.dtype) ? new Float64Array(size) : allocate(type.dtype, size);
  const inputs = call.inputs.map((input, i) => ({ type: input, data: isWide(input.dtype) ? Float64Array.from(call.data[i]!) : call.data[i]! }));
  kernel({ op: call.op, attrs: call.attrs, inputs, output: { type, data } });
  return data;
}

/** What the reference kernel of a built-in primitive makes of a call. */
export const referenceOf = (call: Call, precision: Precision): TypedArray => byKernel(primitiveKernelOf(call.op.name), call, precision);

/** What an op is compared with: its kernel where there is one, else its definition. */
export const referenceOr = (kernel: Kernel | undefined) => (call: Call, precision?: Precision): TypedArray => (kernel ? byKernel(kernel, call, precision) : decomposed(call, precision));
