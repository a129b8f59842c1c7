import { defineOp, type ScalarForm } from '../../expr/op-def.js';
import { binary, binaryArithmetic } from './families.js';

export const maxScalar: ScalarForm = () => Math.max;

export const maxOp = defineOp({
  name: 'max',
  summary: 'The larger of a and b',
  ...binaryArithmetic,
  scalar: maxScalar,
});

/**
 * The larger of `a` and `b`, elementwise with broadcasting. NaN in either gives NaN.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/maximum
 */
export const maximum = binary(maxOp);
