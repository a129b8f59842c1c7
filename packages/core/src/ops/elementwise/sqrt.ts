import type { ScalarForm } from '../../expr/op-def.js';
import { unaryFloat, unaryToFloat } from './families.js';

export const sqrtScalar: ScalarForm = () => Math.sqrt;

export const sqrtOp = /* @__PURE__ */ unaryFloat({ name: 'sqrt', scalar: sqrtScalar });

/**
 * The square root, elementwise; float32. NaN below 0.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/sqrt
 */
export const sqrt = /* @__PURE__ */ unaryToFloat(sqrtOp);
