import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { cos } from './cos.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { mul } from './mul.js';

export const sinScalar: ScalarForm = () => Math.sin;

export const sinOp = /* @__PURE__ */ unaryFloat({ name: 'sin', scalar: sinScalar });

export const sinGradient: Gradient = ({ inputs: [x], dy }) => [mul(dy, cos(x!))];

/**
 * The sine of `x` in radians, elementwise; float32. NaN at the infinities.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/sin
 */
export const sin = /* @__PURE__ */ unaryToFloat(sinOp);
