import type { Kernel } from '../../backend/kernel.js';
import { refuseArgument } from '../../errors/refuse.js';
import { defineOp } from '../../expr/op-def.js';
import type { DType } from '../../types/dtype.js';
import { broadcastShapes, broadcastStrides, formatShape, sameShape, sizeOf } from '../../types/shape.js';
import { applyBody, bodyFlops, compileBody, inferBody, load, offsetOf, type ElementwiseBody } from './body.js';

export type FusedElementwiseAttrs = { readonly body: ElementwiseBody; readonly dtype: DType };

/** Elements that pass through all instructions together: few enough to stay in the cache. */
const blockSize = 1024;

/** All instructions on one block of elements, then the next. A block is a row, or any stretch where no operand is broadcast. */
export const fusedElementwiseReference: Kernel<FusedElementwiseAttrs> = ({ attrs: { body }, inputs, output }) => {
  const { shape } = output.type;
  const size = sizeOf(shape);
  const isDense = inputs.every(({ type }) => sameShape(type.shape, shape));
  const width = isDense ? Math.min(size, blockSize) : (shape[shape.length - 1] ?? 1);
  const isDouble = [...inputs, output].some(({ data }) => data instanceof Float64Array);
  const { operands, result, run } = compileBody(body, inputs.map(({ type }) => type.dtype), width, isDouble);
  const walks = inputs.map(({ type }) => broadcastStrides(type.shape, shape));
  for (let position = 0; position < size; position += width) {
    const count = Math.min(width, size - position);
    inputs.forEach(({ data }, i) => {
      if (isDense) load(operands[i]!, data, position, 1, count);
      else load(operands[i]!, data, offsetOf(position, shape, walks[i]!), walks[i]![shape.length - 1] ?? 0, count);
    });
    run(count);
    output.data.set(count === width ? result : result.subarray(0, count), position);
  }
};

export const fusedElementwiseOp = /* @__PURE__ */ defineOp<FusedElementwiseAttrs>({
  name: 'fusedElementwise',
  args: ['...operands'],
  isPointwise: true,
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
