import { refuseArgument } from '../../errors/refuse.js';
import { badArgument } from '../../errors/unfold-error.js';
import { defineOp, type ScalarForm } from '../../expr/op-def.js';
import { describe } from '../../tensor/nested.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isDType, type DType } from '../../types/dtype.js';

type CastAttrs = { dtype: DType };

/** To int32 truncates toward zero (the array does it); to bool is true for everything but zero, NaN included. */
export const castScalar: ScalarForm<CastAttrs> = ({ dtype }) => (dtype === 'bool' ? (x) => (x === 0 ? 0 : 1) : (x) => x);

export const castOp = /* @__PURE__ */ defineOp<CastAttrs>({
  name: 'cast',
  args: ['x'],
  infer: ([x], { dtype }) => {
    if (!isDType(dtype)) throw refuseArgument('dtype', `${JSON.stringify(dtype)} is not a dtype.`, "use 'float32', 'int32' or 'bool'.");
    return { dtype, shape: x!.shape };
  },
  scalar: castScalar,
});

/**
 * Converts the elements of `x` to `dtype`: to int32 by truncation toward zero, to bool as "not zero". The same tensor where it
 * already has that dtype.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an unknown dtype.
 * @source https://www.tensorflow.org/api_docs/python/tf/cast
 */
export function cast(x: TensorLike, dtype: DType): Tensor {
  const tensor = toTensor(x, 'cast', 'x');
  // Before it becomes an attribute: those are compared by structure, and this may be anything.
  if (typeof dtype !== 'string') throw badArgument('cast', 'dtype', `${describe(dtype)} is not a dtype.`, "use 'float32', 'int32' or 'bool'.");
  return tensor.dtype === dtype ? tensor : apply(castOp, [tensor], { dtype });
}
