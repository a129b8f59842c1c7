import type { ScalarForm } from '../../expr/op-def.js';
import { apply } from '../../tensor/operand.js';
import { logic, logical } from './families.js';
import { minOp } from './minimum.js';

export const logicalAndScalar: ScalarForm = () => (a, b) => a & b;

export const logicalAndOp = /* @__PURE__ */ logical({
  name: 'logicalAnd',
  decompose: (operands) => apply(minOp, operands),
  scalar: logicalAndScalar,
});

/**
 * Whether both hold, elementwise with broadcasting.
 *
 * @throws {UnfoldError} DTYPE_MISMATCH where an operand is not bool; SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/logical_and
 */
export const logicalAnd = /* @__PURE__ */ logic(logicalAndOp);
