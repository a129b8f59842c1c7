import type { ScalarForm } from '../../expr/op-def.js';
import { cos } from './cos.js';
import { div } from './div.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { sin } from './sin.js';

export const tanScalar: ScalarForm = () => Math.tan;

export const tanOp = /* @__PURE__ */ unaryFloat({
  name: 'tan',
  decompose: ([x]) => div(sin(x!), cos(x!)),
  scalar: tanScalar,
});

/**
 * The tangent of `x` in radians, elementwise; float32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/tan
 */
export const tan = /* @__PURE__ */ unaryToFloat(tanOp);
