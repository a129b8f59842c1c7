import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { mul } from './mul.js';
import { square } from './square.js';
import { sub } from './sub.js';

export const tanhScalar: ScalarForm = () => Math.tanh;

export const tanhOp = /* @__PURE__ */ unaryFloat({ name: 'tanh', scalar: tanhScalar });

export const tanhGradient: Gradient = ({ output, dy }) => [mul(dy, sub(1, square(output)))];

/**
 * The hyperbolic tangent, elementwise; float32, from -1 to 1.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/tanh
 */
export const tanh = /* @__PURE__ */ unaryToFloat(tanhOp);
