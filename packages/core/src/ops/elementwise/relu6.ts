import type { ScalarForm } from '../../expr/op-def.js';
import { unary, unaryArithmetic } from './families.js';
import { maximum } from './maximum.js';
import { minimum } from './minimum.js';

export const relu6Scalar: ScalarForm = () => (x) => Math.min(Math.max(x, 0), 6);

export const relu6Op = /* @__PURE__ */ unaryArithmetic({
  name: 'relu6',
  decompose: ([x]) => minimum(maximum(x!, 0), 6),
  scalar: relu6Scalar,
});

/**
 * `min(max(x, 0), 6)`, elementwise. Keeps int32; bool becomes int32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/relu6
 */
export const relu6 = /* @__PURE__ */ unary(relu6Op);
