import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { div } from './div.js';
import { equal } from './equal.js';
import { binary, binaryArithmetic } from './families.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { where } from './where.js';

export const divNoNanScalar: ScalarForm = (_, dtype) => (dtype === 'int32' ? (a, b) => (b === 0 ? 0 : Math.floor(a / b)) : (a, b) => (b === 0 ? 0 : a / b));

export const divNoNanOp = /* @__PURE__ */ binaryArithmetic({
  name: 'divNoNan',
  decompose: ([a, b]) => where(equal(b!, 0), 0, div(a!, b!)),
  scalar: divNoNanScalar,
});

export const divNoNanGradient: Gradient = ({ inputs: [, b], output, dy }) => [divNoNan(dy, b!), neg(divNoNan(mul(dy, output), b!))];

/**
 * `a / b`, and 0 wherever `b` is 0, elementwise with broadcasting. int32 rounds down, as `div`.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/divide_no_nan
 */
export const divNoNan = /* @__PURE__ */ binary(divNoNanOp);
