import type { ScalarForm } from '../../expr/op-def.js';
import { abs } from './abs.js';
import { predicate, unaryToFloat } from './families.js';
import { less } from './less.js';

export const isFiniteScalar: ScalarForm = () => (x) => Number(Math.abs(x) < Infinity);

export const isFiniteOp = /* @__PURE__ */ predicate({
  name: 'isFinite',
  decompose: ([x]) => less(abs(x!), Infinity),
  scalar: isFiniteScalar,
});

/**
 * Whether `x` is neither an infinity nor NaN, elementwise, as bool. True for every int32 and bool.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/is_finite
 */
export const isFinite = /* @__PURE__ */ unaryToFloat(isFiniteOp);
