import type { ScalarForm } from '../../expr/op-def.js';
import { compare, comparison } from './families.js';
import { less } from './less.js';

export const greaterScalar: ScalarForm = () => (a, b) => Number(a > b);

export const greaterOp = /* @__PURE__ */ comparison({
  name: 'greater',
  decompose: ([a, b]) => less(b!, a!),
  scalar: greaterScalar,
});

/**
 * Whether `a > b`, elementwise with broadcasting, as bool. False where either is NaN.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/greater
 */
export const greater = /* @__PURE__ */ compare(greaterOp);
