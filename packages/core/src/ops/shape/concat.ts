import type { Kernel } from '../../backend/kernel.js';
import { refuseDType, refuseShape } from '../../errors/refuse.js';
import { badArgument } from '../../errors/unfold-error.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { describe } from '../../tensor/nested.js';
import { apply, toCommonDType, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape, stridesOf } from '../../types/shape.js';
import { checkAxis } from '../check.js';
import { cast } from '../elementwise/cast.js';
import { copyStrided } from './copy-strided.js';
import { sliceBox } from './slice.js';

export type ConcatAttrs = { readonly axis: number };

export const concatReference: Kernel<ConcatAttrs> = ({ attrs: { axis }, inputs, output }) => {
  const strides = stridesOf(output.type.shape);
  let offset = 0;
  for (const { data, type } of inputs) {
    copyStrided(type.shape, { data, strides: stridesOf(type.shape) }, { data: output.data, offset, strides });
    offset += type.shape[axis]! * strides[axis]!;
  }
};

export const concatOp = /* @__PURE__ */ defineOp<ConcatAttrs>({
  name: 'concat',
  args: ['...tensors'],
  infer: (inputs, { axis }) => {
    const { dtype, shape } = inputs[0]!;
    let along = 0;
    for (const [i, input] of inputs.entries()) {
      if (input.dtype !== dtype) throw refuseDType(`tensors[${i}]`, `it is ${input.dtype} and tensors[0] is ${dtype}.`, 'cast one of them.');
      if (input.shape.length !== shape.length || input.shape.some((dim, k) => k !== axis && dim !== shape[k])) {
        throw refuseShape(
          `tensors[${i}]`,
          `${formatShape(input.shape)} does not fit ${formatShape(shape)} beside axis ${axis}.`,
          `make all sizes but that of axis ${axis} equal (to join along a new axis, use \`stack\`).`,
        );
      }
      along += input.shape[axis]!;
    }
    return { dtype, shape: shape.map((dim, k) => (k === axis ? along : dim)) };
  },
});

export const concatGradient: Gradient<ConcatAttrs> = ({ inputs, attrs: { axis }, dy, needs }) => {
  let from = 0;
  return inputs.map(({ shape }, i) => {
    const begin = shape.map((_, k) => (k === axis ? from : 0));
    from += shape[axis]!;
    return needs[i] ? sliceBox(dy, begin, shape) : null;
  });
};

/**
 * The tensors one after the other along `axis`; dtypes are promoted to a common one.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where sizes differ beside `axis`; INVALID_ARGUMENT for an empty list, scalars, or an axis
 * that does not exist.
 * @source https://www.tensorflow.org/api_docs/python/tf/concat
 * @example
 * import { setBackend, concat } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await concat([[[1], [2]], [[3], [4]]], 1).array(); // [[1, 3], [2, 4]]
 */
export function concat(tensors: readonly TensorLike[], axis = 0): Tensor {
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw badArgument(
      'concat',
      'tensors',
      Array.isArray(tensors) ? 'the list is empty.' : `${describe(tensors)} is not a list of tensors.`,
      'pass an array of one tensor or more.',
    );
  }
  // Array.from: `map` would leave out the holes of an array.
  const parts = Array.from(tensors, (part, i) => toTensor(part, 'concat', `tensors[${i}]`));
  const at = checkAxis('concat', 'axis', axis, parts[0]!.rank);
  return parts.length === 1 ? parts[0]! : apply(concatOp, toCommonDType(parts, concatOp, cast), { axis: at });
}
