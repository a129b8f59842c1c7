import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { div } from './div.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { square } from './square.js';

export const reciprocalScalar: ScalarForm = () => (x) => 1 / x;

export const reciprocalOp = /* @__PURE__ */ unaryFloat({
  name: 'reciprocal',
  decompose: ([x]) => div(1, x!),
  scalar: reciprocalScalar,
});

export const reciprocalGradient: Gradient = ({ output, dy }) => [neg(mul(dy, square(output)))];

/**
 * `1 / x`, elementwise; float32, of integers too. An infinity at 0.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/reciprocal
 */
export const reciprocal = /* @__PURE__ */ unaryToFloat(reciprocalOp);
