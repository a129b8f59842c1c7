import type { ScalarForm } from '../../expr/op-def.js';
import { rounding, unaryFloat } from './families.js';

export const floorScalar: ScalarForm = () => Math.floor;

export const floorOp = /* @__PURE__ */ unaryFloat({ name: 'floor', scalar: floorScalar });

/**
 * The largest whole number that is not above `x`, elementwise. int32 stays as it is; bool becomes int32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/floor
 */
export const floor = /* @__PURE__ */ rounding(floorOp);
