import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { activationFloat, binaryToFloat } from './families.js';
import { side } from './kinks.js';
import { less } from './less.js';
import { mul } from './mul.js';
import { where } from './where.js';

export const preluScalar: ScalarForm = () => (x, alpha) => (x < 0 ? alpha * x : x);

export const preluOp = /* @__PURE__ */ activationFloat({
  name: 'prelu',
  decompose: ([x, alpha]) => where(less(x!, 0), mul(x!, alpha!), x!),
  scalar: preluScalar,
});

export const preluGradient: Gradient = ({ inputs: [x, alpha], dy }) => [side(less(0, x!), dy, mul(dy, alpha!)), side(less(0, x!), 0, mul(dy, x!))];

/**
 * `x` from 0 up, `alpha * x` below, elementwise with broadcasting; `alpha` is a tensor, mostly one number a channel; float32.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/keras/layers/PReLU
 */
export const prelu = /* @__PURE__ */ binaryToFloat(preluOp);
