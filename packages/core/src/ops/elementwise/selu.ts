import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { exp } from './exp.js';
import { expm1 } from './expm1.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { less } from './less.js';
import { minimum } from './minimum.js';
import { mul } from './mul.js';
import { where } from './where.js';

const alpha = 1.6732632423543772;
const scale = 1.0507009873554805;

export const seluScalar: ScalarForm = () => (x) => scale * (x < 0 ? alpha * Math.expm1(x) : x);

export const seluOp = /* @__PURE__ */ unaryFloat({
  name: 'selu',
  decompose: ([x]) => where(less(x!, 0), mul(expm1(x!), scale * alpha), mul(x!, scale)),
  scalar: seluScalar,
});

export const seluGradient: Gradient = ({ inputs: [x], dy }) => [mul(dy, where(less(x!, 0), mul(exp(minimum(x!, 0)), scale * alpha), scale))];

/**
 * The self-normalising unit, elementwise: `scale * x` from 0 up, `scale * alpha * (exp(x) - 1)` below; float32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/selu
 * @source Klambauer et al., Self-Normalizing Neural Networks (2017), arXiv:1706.02515
 */
export const selu = /* @__PURE__ */ unaryToFloat(seluOp);
