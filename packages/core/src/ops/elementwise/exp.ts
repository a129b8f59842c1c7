import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { mul } from './mul.js';

export const expScalar: ScalarForm = () => Math.exp;

export const expOp = /* @__PURE__ */ unaryFloat({ name: 'exp', scalar: expScalar });

export const expGradient: Gradient = ({ output, dy }) => [mul(dy, output)];

/**
 * `e` to the power `x`, elementwise; float32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/exp
 */
export const exp = /* @__PURE__ */ unaryToFloat(expOp);
