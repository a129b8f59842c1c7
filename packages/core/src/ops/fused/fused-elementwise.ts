import type { Kernel } from '../../backend/kernel.js';
import { forEachIndex } from '../../backend/kernel.js';
import { refuseArgument } from '../../errors/refuse.js';
import { defineOp } from '../../expr/op-def.js';
import type { DType } from '../../types/dtype.js';
import { broadcastShapes, broadcastStrides, formatShape, sameShape } from '../../types/shape.js';
import { applyBody, bodyFlops, compileBody, inferBody, type ElementwiseBody } from './body.js';

export type FusedElementwiseAttrs = { readonly body: ElementwiseBody; readonly dtype: DType };

/** All instructions on one element, then the next. */
export const fusedElementwiseReference: Kernel<FusedElementwiseAttrs> = ({ attrs: { body }, inputs, output }) => {
  const isDouble = [...inputs, output].some(({ data }) => data instanceof Float64Array);
  const { registers, run } = compileBody(body, inputs.map(({ type }) => type.dtype), isDouble);
  const strides = inputs.map(({ type }) => broadcastStrides(type.shape, output.type.shape));
  forEachIndex(output.type.shape, strides, (position, at) => {
    for (let i = 0; i < inputs.length; i++) registers[i] = inputs[i]!.data[at[i]!]!;
    output.data[position] = run();
  });
};

export const fusedElementwiseOp = defineOp<FusedElementwiseAttrs>({
  name: 'fusedElementwise',
  summary: 'Several elementwise ops in one pass over their operands',
  args: ['...operands'],
  infer: (inputs, { body, dtype }) => {
    if (body.length === 0) throw refuseArgument('body', 'it has no instruction.', 'give it one or more.');
    const types = inferBody(body, inputs, 'body');
    const result = types[types.length - 1]!;
    if (result.dtype !== dtype) throw refuseArgument('dtype', `the body gives ${result.dtype} and \`dtype\` says ${dtype}.`, 'make them equal.');
    for (const [i, { shape }] of inputs.entries()) {
      const common = broadcastShapes(shape, result.shape);
      if (!common || !sameShape(common, result.shape)) {
        throw refuseArgument('body', `operand ${i} of shape ${formatShape(shape)} does not reach the result, which has shape ${formatShape(result.shape)}.`, 'leave out operands that the result does not depend on.');
      }
    }
    return result;
  },
  decompose: (inputs, { body }) => applyBody(body, inputs),
  flops: (inputs, { body }) => bodyFlops(body, inputs),
});
