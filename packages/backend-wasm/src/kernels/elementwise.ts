import { broadcastStrides, sizeOf, stridesOf, type Step } from '@unfoldjs/core';
import { bodyOf, missingIn, singleBody, type Body } from '../elementwise/body.js';
import { strided } from '../elementwise/strided.js';
import { operand, output, type Lowered } from '../plan/lowered.js';

/** The elementwise code of a step: that of a fused op, or the op itself. */
export const codeOf = ({ op, attrs, inputs, type }: Step): Body =>
  op.name === 'fusedElementwise' ? bodyOf(attrs.body) : singleBody({ op, attrs, inputs: inputs.map((input) => input.type), dtype: type.dtype });

/** Elementwise ops, alone or fused, with broadcasting. */
export function elementwise(step: Step): Lowered | null {
  const { op, inputs, type } = step;
  if (!op.isElementwise && op.name !== 'fusedElementwise') return null;
  const body = codeOf(step);
  if (missingIn(body, inputs.map((input) => input.type.dtype))) return null;
  if (inputs.some((input) => sizeOf(input.type.shape) === 0)) return null;
  const kernel = strided({
    shape: type.shape,
    inputs: inputs.map((input) => ({ dtype: input.type.dtype, strides: broadcastStrides(input.type.shape, type.shape) })),
    output: { dtype: type.dtype, strides: stridesOf(type.shape) },
    body,
  });
  return {
    kernel: 'elementwise, f32x4',
    reason: body.length > 1 ? `${body.length} operations in one pass` : 'four elements at a time',
    calls: [{ ...kernel, places: [...inputs.map((_, i) => operand(i)), output()] }],
    scratchBytes: 0,
    kept: [],
  };
}
