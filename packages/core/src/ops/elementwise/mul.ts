import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { binary, binaryArithmetic } from './families.js';

/** The product of two int32 can pass 2^53, where a double drops the low bits that wrapping keeps: hence `imul`. */
export const mulScalar: ScalarForm = (_, dtype) => (dtype === 'int32' ? Math.imul : (a, b) => a * b);

export const mulOp = /* @__PURE__ */ binaryArithmetic({
  name: 'mul',
  scalar: mulScalar,
});

export const mulGradient: Gradient = ({ inputs: [a, b], dy }) => [mul(dy, b!), mul(dy, a!)];

/**
 * `a * b`, elementwise with broadcasting. int32 wraps on overflow; bool counts as int32.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/multiply
 */
export const mul = /* @__PURE__ */ binary(mulOp);
