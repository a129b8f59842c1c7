import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { unary, unaryArithmetic } from './families.js';
import { mul } from './mul.js';

export const squareScalar: ScalarForm = (_, dtype) => (dtype === 'int32' ? (x) => Math.imul(x, x) : (x) => x * x);

export const squareOp = /* @__PURE__ */ unaryArithmetic({
  name: 'square',
  decompose: ([x]) => mul(x!, x!),
  scalar: squareScalar,
});

export const squareGradient: Gradient = ({ inputs: [x], dy }) => [mul(dy, mul(x!, 2))];

/**
 * `x * x`, elementwise. int32 wraps on overflow.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/square
 */
export const square = /* @__PURE__ */ unary(squareOp);
