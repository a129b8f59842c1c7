import type { ScalarForm } from '../../expr/op-def.js';
import { binary, binaryArithmetic } from './families.js';

export const subScalar: ScalarForm = () => (a, b) => a - b;

export const subOp = /* @__PURE__ */ binaryArithmetic({ name: 'sub', scalar: subScalar });

/**
 * `a - b`, elementwise with broadcasting. int32 wraps on overflow; bool counts as int32.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/subtract
 */
export const sub = /* @__PURE__ */ binary(subOp);
