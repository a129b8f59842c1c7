import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { binary, binaryArithmetic } from './families.js';
import { taken } from './kinks.js';

// Three arguments come: the bare Math.min would take the third into account.
export const minScalar: ScalarForm = () => (a, b) => Math.min(a, b);

export const minOp = /* @__PURE__ */ binaryArithmetic({ name: 'min', scalar: minScalar });

export const minGradient: Gradient = ({ inputs: [a, b], dy }) => [taken(a!, b!, dy), taken(b!, a!, dy)];

/**
 * The smaller of `a` and `b`, elementwise with broadcasting. NaN in either gives NaN.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/minimum
 */
export const minimum = /* @__PURE__ */ binary(minOp);
