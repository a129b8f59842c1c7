import type { ScalarForm } from '../../expr/op-def.js';
import { unaryFloat, unaryToFloat } from './families.js';

export const tanhScalar: ScalarForm = () => Math.tanh;

export const tanhOp = /* @__PURE__ */ unaryFloat({ name: 'tanh', scalar: tanhScalar });

/**
 * The hyperbolic tangent, elementwise; float32, from -1 to 1.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/tanh
 */
export const tanh = /* @__PURE__ */ unaryToFloat(tanhOp);
