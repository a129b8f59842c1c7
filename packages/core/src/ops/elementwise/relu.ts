import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { unary, unaryArithmetic } from './families.js';
import { side } from './kinks.js';
import { less } from './less.js';
import { maximum } from './maximum.js';

export const reluScalar: ScalarForm = () => (x) => Math.max(x, 0);

export const reluOp = /* @__PURE__ */ unaryArithmetic({
  name: 'relu',
  decompose: ([x]) => maximum(x!, 0),
  scalar: reluScalar,
});

/** From the result, so that it can be all that a product stores: what went into relu need not be kept. */
export const reluGradient: Gradient = ({ output, dy }) => [side(less(0, output), dy, 0)];

/**
 * `max(x, 0)`, elementwise. Keeps int32; bool becomes int32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/relu
 */
export const relu = /* @__PURE__ */ unary(reluOp);
