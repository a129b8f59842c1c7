import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { abs } from './abs.js';
import { exp } from './exp.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { log1p } from './log1p.js';
import { minimum } from './minimum.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { sigmoid } from './sigmoid.js';
import { sub } from './sub.js';

export const logSigmoidScalar: ScalarForm = () => (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));

export const logSigmoidOp = /* @__PURE__ */ unaryFloat({
  name: 'logSigmoid',
  decompose: ([x]) => sub(minimum(x!, 0), log1p(exp(neg(abs(x!))))),
  scalar: logSigmoidScalar,
});

export const logSigmoidGradient: Gradient = ({ inputs: [x], dy }) => [mul(dy, sigmoid(neg(x!)))];

/**
 * `log(sigmoid(x))`, elementwise, without underflow: near `x` for large negative `x`; float32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/log_sigmoid
 */
export const logSigmoid = /* @__PURE__ */ unaryToFloat(logSigmoidOp);
