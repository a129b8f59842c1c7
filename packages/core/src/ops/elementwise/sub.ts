import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { binary, binaryArithmetic } from './families.js';
import { neg } from './neg.js';

export const subScalar: ScalarForm = () => (a, b) => a - b;

export const subOp = /* @__PURE__ */ binaryArithmetic({ name: 'sub', scalar: subScalar });

export const subGradient: Gradient = ({ dy }) => [dy, neg(dy)];

/**
 * `a - b`, elementwise with broadcasting. int32 wraps on overflow; bool counts as int32.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/subtract
 */
export const sub = /* @__PURE__ */ binary(subOp);
