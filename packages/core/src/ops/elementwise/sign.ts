import type { ScalarForm } from '../../expr/op-def.js';
import { unary, unaryArithmetic } from './families.js';
import { less } from './less.js';
import { where } from './where.js';

export const signScalar: ScalarForm = () => Math.sign;

export const signOp = /* @__PURE__ */ unaryArithmetic({
  name: 'sign',
  decompose: ([x]) => where(less(x!, 0), -1, where(less(0, x!), 1, x!)),
  scalar: signScalar,
});

/**
 * -1 below 0, 1 above, elementwise; 0 and NaN stay what they are.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/sign
 */
export const sign = /* @__PURE__ */ unary(signOp);
