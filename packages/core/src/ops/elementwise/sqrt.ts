import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { div } from './div.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { mul } from './mul.js';

export const sqrtScalar: ScalarForm = () => Math.sqrt;

export const sqrtOp = /* @__PURE__ */ unaryFloat({ name: 'sqrt', scalar: sqrtScalar });

export const sqrtGradient: Gradient = ({ output, dy }) => [div(mul(dy, 0.5), output)];

/**
 * The square root, elementwise; float32. NaN below 0.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/sqrt
 */
export const sqrt = /* @__PURE__ */ unaryToFloat(sqrtOp);
