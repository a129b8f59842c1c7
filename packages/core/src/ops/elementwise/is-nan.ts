import type { ScalarForm } from '../../expr/op-def.js';
import { predicate, unaryToFloat } from './families.js';

export const isNaNScalar: ScalarForm = () => (x) => Number(x !== x);

export const isNaNOp = /* @__PURE__ */ predicate({ name: 'isNaN', scalar: isNaNScalar });

/**
 * Whether `x` is NaN, elementwise, as bool. False for every int32 and bool.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/is_nan
 */
export const isNaN = /* @__PURE__ */ unaryToFloat(isNaNOp);
