import { binary, binaryArithmetic } from './families.js';
import { div } from './div.js';
import { floor } from './floor.js';

/** No scalar form: the quotient has to be rounded to the dtype before it is floored, as it is everywhere else. */
export const floorDivOp = /* @__PURE__ */ binaryArithmetic({
  name: 'floorDiv',
  decompose: ([a, b]) => floor(div(a!, b!)),
});

/**
 * `floor(a / b)`, elementwise with broadcasting; the quotient is rounded to float32 first. int32 divided by zero is 0.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/floordiv
 */
export const floorDiv = /* @__PURE__ */ binary(floorDivOp);
