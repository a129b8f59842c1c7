import type { Kernel } from '../../backend/kernel.js';
import { defineOp } from '../../expr/op-def.js';
import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sizeOf } from '../../types/shape.js';
import { argArguments, inferSearch, type ArgAttrs, type ArgOptions } from './families.js';

export const argMaxReference: Kernel<ArgAttrs> = ({ attrs, inputs, output }) => {
  const { data, type } = inputs[0]!;
  const size = type.shape[attrs.axis]!;
  const inner = sizeOf(type.shape.slice(attrs.axis + 1));
  for (let i = 0; i < output.data.length; i++) {
    const start = Math.floor(i / inner) * size * inner + (i % inner);
    let best = 0;
    let bestValue = data[start]!;
    // NaN is the largest of all, as in numpy: once found, nothing replaces it.
    for (let k = 1; k < size && bestValue === bestValue; k++) {
      const value = data[start + k * inner]!;
      if (value > bestValue || value !== value) {
        best = k;
        bestValue = value;
      }
    }
    output.data[i] = best;
  }
};

export const argMaxOp = /* @__PURE__ */ defineOp<ArgAttrs>({
  name: 'argMax',
  args: ['x'],
  infer: ([x], attrs) => inferSearch(x!, attrs),
  flops: ([x]) => sizeOf(x!.shape),
});

/**
 * The position of the largest element along `axis`, as int32; the first of equals. NaN counts as the largest.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for an empty axis; INVALID_ARGUMENT for an axis that does not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/argmax
 * @example
 * import { setBackend, argMax } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await argMax([[1, 3, 3], [2, 2, 1]]).array(); // => [1, 0]
 */
export function argMax(x: TensorLike, options?: ArgOptions): Tensor {
  const { tensor, attrs } = argArguments('argMax', x, options);
  return apply(argMaxOp, [tensor], attrs);
}
