import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { div } from './div.js';
import { unaryFloat, unaryToFloat } from './families.js';

export const logScalar: ScalarForm = () => Math.log;

export const logOp = /* @__PURE__ */ unaryFloat({ name: 'log', scalar: logScalar });

export const logGradient: Gradient = ({ inputs: [x], dy }) => [div(dy, x!)];

/**
 * The natural logarithm, elementwise; float32. -Infinity at 0, NaN below.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/log
 */
export const log = /* @__PURE__ */ unaryToFloat(logOp);
