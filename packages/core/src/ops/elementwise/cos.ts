import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { sin } from './sin.js';

export const cosScalar: ScalarForm = () => Math.cos;

export const cosOp = /* @__PURE__ */ unaryFloat({ name: 'cos', scalar: cosScalar });

export const cosGradient: Gradient = ({ inputs: [x], dy }) => [neg(mul(dy, sin(x!)))];

/**
 * The cosine of `x` in radians, elementwise; float32. NaN at the infinities.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/cos
 */
export const cos = /* @__PURE__ */ unaryToFloat(cosOp);
