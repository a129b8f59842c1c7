import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { unary, unaryArithmetic } from './families.js';
import { less } from './less.js';
import { maximum } from './maximum.js';
import { where } from './where.js';

export const reluScalar: ScalarForm = () => (x) => Math.max(x, 0);

export const reluOp = /* @__PURE__ */ unaryArithmetic({
  name: 'relu',
  decompose: ([x]) => maximum(x!, 0),
  scalar: reluScalar,
});

export const reluGradient: Gradient = ({ inputs: [x], dy }) => [where(less(0, x!), dy, 0)];

/**
 * `max(x, 0)`, elementwise. Keeps int32; bool becomes int32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/relu
 */
export const relu = /* @__PURE__ */ unary(reluOp);
