import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { unary, unaryArithmetic } from './families.js';
import { side } from './kinks.js';
import { less } from './less.js';
import { logicalAnd } from './logical-and.js';
import { maximum } from './maximum.js';
import { minimum } from './minimum.js';

export const relu6Scalar: ScalarForm = () => (x) => Math.min(Math.max(x, 0), 6);

export const relu6Op = /* @__PURE__ */ unaryArithmetic({
  name: 'relu6',
  decompose: ([x]) => minimum(maximum(x!, 0), 6),
  scalar: relu6Scalar,
});

export const relu6Gradient: Gradient = ({ inputs: [x], dy }) => [side(logicalAnd(less(0, x!), less(x!, 6)), dy, 0)];

/**
 * `min(max(x, 0), 6)`, elementwise. Keeps int32; bool becomes int32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/relu6
 */
export const relu6 = /* @__PURE__ */ unary(relu6Op);
