import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { unary, unaryArithmetic } from './families.js';
import { maximum } from './maximum.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { sign } from './sign.js';

export const absScalar: ScalarForm = () => Math.abs;

export const absOp = /* @__PURE__ */ unaryArithmetic({
  name: 'abs',
  decompose: ([x]) => maximum(x!, neg(x!)),
  scalar: absScalar,
});

export const absGradient: Gradient = ({ inputs: [x], dy }) => [mul(dy, sign(x!))];

/**
 * The absolute value, elementwise. The smallest int32 has none and stays what it is.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/abs
 */
export const abs = /* @__PURE__ */ unary(absOp);
