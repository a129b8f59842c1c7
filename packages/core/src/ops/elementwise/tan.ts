import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { add } from './add.js';
import { cos } from './cos.js';
import { div } from './div.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { mul } from './mul.js';
import { sin } from './sin.js';
import { square } from './square.js';

export const tanScalar: ScalarForm = () => Math.tan;

export const tanOp = /* @__PURE__ */ unaryFloat({
  name: 'tan',
  decompose: ([x]) => div(sin(x!), cos(x!)),
  scalar: tanScalar,
});

export const tanGradient: Gradient = ({ output, dy }) => [mul(dy, add(square(output), 1))];

/**
 * The tangent of `x` in radians, elementwise; float32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/tan
 */
export const tan = /* @__PURE__ */ unaryToFloat(tanOp);
