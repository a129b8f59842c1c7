import type { ScalarForm } from '../../expr/op-def.js';
import { apply } from '../../tensor/operand.js';
import { logic, logical } from './families.js';
import { maxOp } from './maximum.js';

export const logicalOrScalar: ScalarForm = () => (a, b) => a | b;

export const logicalOrOp = /* @__PURE__ */ logical({
  name: 'logicalOr',
  decompose: (operands) => apply(maxOp, operands),
  scalar: logicalOrScalar,
});

/**
 * Whether one of them holds, or both, elementwise with broadcasting.
 *
 * @throws {UnfoldError} DTYPE_MISMATCH where an operand is not bool; SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/logical_or
 */
export const logicalOr = /* @__PURE__ */ logic(logicalOrOp);
