import type { ScalarForm } from '../../expr/op-def.js';
import { unaryFloat, unaryToFloat } from './families.js';

export const sinScalar: ScalarForm = () => Math.sin;

export const sinOp = /* @__PURE__ */ unaryFloat({ name: 'sin', scalar: sinScalar });

/**
 * The sine of `x` in radians, elementwise; float32. NaN at the infinities.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/sin
 */
export const sin = /* @__PURE__ */ unaryToFloat(sinOp);
