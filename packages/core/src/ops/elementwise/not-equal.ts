import type { ScalarForm } from '../../expr/op-def.js';
import { equal } from './equal.js';
import { compare, comparison } from './families.js';
import { logicalNot } from './logical-not.js';

export const notEqualScalar: ScalarForm = () => (a, b) => Number(a !== b);

export const notEqualOp = /* @__PURE__ */ comparison({
  name: 'notEqual',
  decompose: ([a, b]) => logicalNot(equal(a!, b!)),
  scalar: notEqualScalar,
});

/**
 * Whether `a` differs from `b`, elementwise with broadcasting, as bool. NaN differs from everything, itself included.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/not_equal
 */
export const notEqual = /* @__PURE__ */ compare(notEqualOp);
