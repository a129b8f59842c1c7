import type { ScalarForm } from '../../expr/op-def.js';
import { abs } from './abs.js';
import { equal } from './equal.js';
import { predicate, unaryToFloat } from './families.js';

export const isInfScalar: ScalarForm = () => (x) => Number(Math.abs(x) === Infinity);

export const isInfOp = /* @__PURE__ */ predicate({
  name: 'isInf',
  decompose: ([x]) => equal(abs(x!), Infinity),
  scalar: isInfScalar,
});

/**
 * Whether `x` is one of the infinities, elementwise, as bool. False for every int32 and bool.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/is_inf
 */
export const isInf = /* @__PURE__ */ unaryToFloat(isInfOp);
