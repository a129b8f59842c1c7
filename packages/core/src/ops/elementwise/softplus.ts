import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { exp } from './exp.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { log1p } from './log1p.js';
import { maximum } from './maximum.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { sigmoid } from './sigmoid.js';

export const softplusScalar: ScalarForm = () => (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export const softplusOp = /* @__PURE__ */ unaryFloat({
  name: 'softplus',
  decompose: ([x]) => add(maximum(x!, 0), log1p(exp(neg(abs(x!))))),
  scalar: softplusScalar,
});

export const softplusGradient: Gradient = ({ inputs: [x], dy }) => [mul(dy, sigmoid(x!))];

/**
 * `log(1 + exp(x))`, elementwise, without overflow; float32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/softplus
 */
export const softplus = /* @__PURE__ */ unaryToFloat(softplusOp);
