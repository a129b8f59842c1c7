import type { ScalarForm } from '../../expr/op-def.js';
import { compare, comparison } from './families.js';

export const equalScalar: ScalarForm = () => (a, b) => Number(a === b);

export const equalOp = /* @__PURE__ */ comparison({ name: 'equal', scalar: equalScalar });

/**
 * Whether `a` equals `b`, elementwise with broadcasting, as bool. NaN equals nothing, 0 equals -0.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/equal
 */
export const equal = /* @__PURE__ */ compare(equalOp);
