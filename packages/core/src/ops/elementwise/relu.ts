import type { ScalarForm } from '../../expr/op-def.js';
import { unary, unaryArithmetic } from './families.js';
import { maximum } from './maximum.js';

export const reluScalar: ScalarForm = () => (x) => Math.max(x, 0);

export const reluOp = /* @__PURE__ */ unaryArithmetic({
  name: 'relu',
  decompose: ([x]) => maximum(x!, 0),
  scalar: reluScalar,
});

/**
 * `max(x, 0)`, elementwise. Keeps int32; bool becomes int32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/relu
 */
export const relu = /* @__PURE__ */ unary(reluOp);
