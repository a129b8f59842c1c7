import { refuseDType } from '../../errors/refuse.js';
import { defineOp, type Gradient, type ScalarForm } from '../../expr/op-def.js';
import { apply, toCommonDType, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sizeOf } from '../../types/shape.js';
import { cast } from './cast.js';
import { broadcastAll } from './families.js';

export const whereScalar: ScalarForm = () => (condition, a, b) => (condition !== 0 ? a : b);

const args = ['condition', 'a', 'b'] as const;

export const whereOp = /* @__PURE__ */ defineOp({
  name: 'where',
  args,
  infer: (inputs) => {
    const [condition, a, b] = inputs;
    if (condition!.dtype !== 'bool') throw refuseDType('condition', `it is ${condition!.dtype}, not bool.`, 'compare it with something: `x.greater(0)`.');
    if (a!.dtype !== b!.dtype) throw refuseDType('b', 'its dtype is not that of `a`.', 'cast one of them.');
    return { dtype: a!.dtype, shape: broadcastAll(inputs, args) };
  },
  flops: (_inputs, _attrs, output) => sizeOf(output.shape),
  scalar: whereScalar,
});

export const whereGradient: Gradient = ({ inputs: [condition], dy }) => [null, where(condition!, dy, 0), where(condition!, 0, dy)];

/**
 * `a` where `condition` holds, `b` where not, elementwise; all three broadcast. What is not chosen has no influence: a NaN there
 * is not seen. A gradient goes to what is chosen and is 0 for the rest; but behind the rest, 0 times an infinite slope is NaN: choose
 * before the function that is steep, `sqrt(where(x.greater(0), x, 1))`.
 *
 * @throws {UnfoldError} DTYPE_MISMATCH where the condition is not bool; SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/where
 * @example
 * import { setBackend, where, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const x = tensor([-1, 4]);
 * await where(x.greater(0), x.sqrt(), 0).array(); // => [0, 2]
 */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  const named = { name: 'where', argName: (i: number) => args[i + 1]! };
  return apply(whereOp, [toTensor(condition, 'where', 'condition'), ...toCommonDType([a, b], named, cast)]);
}
