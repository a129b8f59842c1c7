import type { ScalarForm } from '../../expr/op-def.js';
import { unaryFloat, unaryToFloat } from './families.js';

export const cosScalar: ScalarForm = () => Math.cos;

export const cosOp = /* @__PURE__ */ unaryFloat({ name: 'cos', scalar: cosScalar });

/**
 * The cosine of `x` in radians, elementwise; float32. NaN at the infinities.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/cos
 */
export const cos = /* @__PURE__ */ unaryToFloat(cosOp);
