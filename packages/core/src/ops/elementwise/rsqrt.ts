import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { div } from './div.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { mul } from './mul.js';
import { sqrt } from './sqrt.js';

export const rsqrtScalar: ScalarForm = () => (x) => 1 / Math.sqrt(x);

export const rsqrtOp = /* @__PURE__ */ unaryFloat({
  name: 'rsqrt',
  decompose: ([x]) => div(1, sqrt(x!)),
  scalar: rsqrtScalar,
});

export const rsqrtGradient: Gradient = ({ inputs: [x], output, dy }) => [div(mul(dy, mul(output, -0.5)), x!)];

/**
 * One over the square root, elementwise; float32. Infinity at 0, NaN below.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/rsqrt
 */
export const rsqrt = /* @__PURE__ */ unaryToFloat(rsqrtOp);
