import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { binary, binaryArithmetic } from './families.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { square } from './square.js';
import { sub } from './sub.js';

export const squaredDifferenceScalar: ScalarForm = (_, dtype) => (dtype === 'int32' ? (a, b) => Math.imul(a - b, a - b) : (a, b) => (a - b) * (a - b));

export const squaredDifferenceOp = /* @__PURE__ */ binaryArithmetic({
  name: 'squaredDifference',
  decompose: ([a, b]) => square(sub(a!, b!)),
  scalar: squaredDifferenceScalar,
});

export const squaredDifferenceGradient: Gradient = ({ inputs: [a, b], dy }) => {
  const slope = mul(dy, mul(sub(a!, b!), 2));
  return [slope, neg(slope)];
};

/**
 * `(a - b) * (a - b)`, elementwise with broadcasting. int32 wraps on overflow.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/squared_difference
 */
export const squaredDifference = /* @__PURE__ */ binary(squaredDifferenceOp);
