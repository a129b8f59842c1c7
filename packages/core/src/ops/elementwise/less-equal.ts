import type { ScalarForm } from '../../expr/op-def.js';
import { equal } from './equal.js';
import { compare, comparison } from './families.js';
import { less } from './less.js';
import { logicalOr } from './logical-or.js';

export const lessEqualScalar: ScalarForm = () => (a, b) => Number(a <= b);

export const lessEqualOp = /* @__PURE__ */ comparison({
  name: 'lessEqual',
  decompose: ([a, b]) => logicalOr(less(a!, b!), equal(a!, b!)),
  scalar: lessEqualScalar,
});

/**
 * Whether `a <= b`, elementwise with broadcasting, as bool. False where either is NaN.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/less_equal
 */
export const lessEqual = /* @__PURE__ */ compare(lessEqualOp);
