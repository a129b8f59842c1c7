import { defineOp, type ScalarForm } from '../../expr/op-def.js';
import { abs } from './abs.js';
import { predicate, unaryToFloat } from './families.js';
import { less } from './less.js';

export const isFiniteScalar: ScalarForm = () => (x) => Number(Math.abs(x) < Infinity);

export const isFiniteOp = defineOp({
  name: 'isFinite',
  summary: 'Whether x is neither infinite nor NaN',
  ...predicate,
  decompose: ([x]) => less(abs(x!), Infinity),
  scalar: isFiniteScalar,
});

/**
 * Whether `x` is neither an infinity nor NaN, elementwise, as bool. True for every int32 and bool.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/is_finite
 */
export const isFinite = unaryToFloat(isFiniteOp);
