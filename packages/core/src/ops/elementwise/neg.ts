import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { unary, unaryArithmetic } from './families.js';

export const negScalar: ScalarForm = () => (x) => -x;

export const negOp = /* @__PURE__ */ unaryArithmetic({ name: 'neg', scalar: negScalar });

export const negGradient: Gradient = ({ dy }) => [neg(dy)];

/**
 * `-x`, elementwise. int32 wraps: the smallest stays what it is; bool counts as int32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/negative
 */
export const neg = /* @__PURE__ */ unary(negOp);
