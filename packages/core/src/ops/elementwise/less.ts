import type { ScalarForm } from '../../expr/op-def.js';
import { compare, comparison } from './families.js';

export const lessScalar: ScalarForm = () => (a, b) => Number(a < b);

export const lessOp = /* @__PURE__ */ comparison({ name: 'less', scalar: lessScalar });

/**
 * Whether `a < b`, elementwise with broadcasting, as bool. False where either is NaN.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/less
 */
export const less = /* @__PURE__ */ compare(lessOp);
