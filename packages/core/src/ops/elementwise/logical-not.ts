import type { ScalarForm } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { equal } from './equal.js';
import { logicalUnary } from './families.js';

export const logicalNotScalar: ScalarForm = () => (x) => 1 - x;

export const logicalNotOp = /* @__PURE__ */ logicalUnary({
  name: 'logicalNot',
  decompose: ([x]) => equal(x!, false),
  scalar: logicalNotScalar,
});

/**
 * Whether `x` does not hold, elementwise.
 *
 * @throws {UnfoldError} DTYPE_MISMATCH where `x` is not bool.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/logical_not
 */
export const logicalNot = (x: TensorLike): Tensor => apply(logicalNotOp, [toTensor(x, 'logicalNot', 'x')]);
