import type { ScalarForm } from '../../expr/op-def.js';
import { equal } from './equal.js';
import { compare, comparison } from './families.js';
import { less } from './less.js';
import { logicalOr } from './logical-or.js';

export const greaterEqualScalar: ScalarForm = () => (a, b) => Number(a >= b);

export const greaterEqualOp = /* @__PURE__ */ comparison({
  name: 'greaterEqual',
  decompose: ([a, b]) => logicalOr(less(b!, a!), equal(a!, b!)),
  scalar: greaterEqualScalar,
});

/**
 * Whether `a >= b`, elementwise with broadcasting, as bool. False where either is NaN.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/greater_equal
 */
export const greaterEqual = /* @__PURE__ */ compare(greaterEqualOp);
