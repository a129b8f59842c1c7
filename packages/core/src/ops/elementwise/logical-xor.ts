import type { ScalarForm } from '../../expr/op-def.js';
import { logic, logical } from './families.js';
import { notEqual } from './not-equal.js';

export const logicalXorScalar: ScalarForm = () => (a, b) => a ^ b;

export const logicalXorOp = /* @__PURE__ */ logical({
  name: 'logicalXor',
  decompose: ([a, b]) => notEqual(a!, b!),
  scalar: logicalXorScalar,
});

/**
 * Whether exactly one of them holds, elementwise with broadcasting.
 *
 * @throws {UnfoldError} DTYPE_MISMATCH where an operand is not bool; SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/logical_xor
 */
export const logicalXor = /* @__PURE__ */ logic(logicalXorOp);
