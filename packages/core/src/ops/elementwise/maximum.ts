import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { binary, binaryArithmetic } from './families.js';
import { taken } from './kinks.js';

// Three arguments come: the bare Math.max would take the third into account.
export const maxScalar: ScalarForm = () => (a, b) => Math.max(a, b);

export const maxOp = /* @__PURE__ */ binaryArithmetic({ name: 'max', scalar: maxScalar });

export const maxGradient: Gradient = ({ inputs: [a, b], dy }) => [taken(b!, a!, dy), taken(a!, b!, dy)];

/**
 * The larger of `a` and `b`, elementwise with broadcasting. NaN in either gives NaN.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/maximum
 */
export const maximum = /* @__PURE__ */ binary(maxOp);
