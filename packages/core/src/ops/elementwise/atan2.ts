import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { atan } from './atan.js';
import { div } from './div.js';
import { divNoNan } from './div-no-nan.js';
import { equal } from './equal.js';
import { binaryFloat, binaryToFloat } from './families.js';
import { less } from './less.js';
import { logicalOr } from './logical-or.js';
import { maximum } from './maximum.js';
import { minimum } from './minimum.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { square } from './square.js';
import { sub } from './sub.js';
import { where } from './where.js';

const isNegative = (x: Tensor): Tensor => logicalOr(less(x, 0), less(div(1, x), 0)); // 1 / -0 is -Infinity

/** The angle within the first octant, then turned by the sizes and the signs; 0/0 counts as 0 and Infinity/Infinity as 1. */
function angleOf(y: Tensor, x: Tensor): Tensor {
  const short = minimum(abs(y), abs(x));
  const long = maximum(abs(y), abs(x));
  const ratio = where(equal(short, long), where(equal(long, 0), 0, 1), div(short, long));
  const octant = atan(ratio);
  const quadrant = where(less(abs(x), abs(y)), sub(Math.PI / 2, octant), octant);
  const half = where(isNegative(x), sub(Math.PI, quadrant), quadrant);
  return where(isNegative(y), neg(half), half);
}

export const atan2Scalar: ScalarForm = () => Math.atan2;

export const atan2Op = /* @__PURE__ */ binaryFloat({
  name: 'atan2',
  decompose: ([a, b]) => angleOf(a!, b!),
  scalar: atan2Scalar,
});

/** 0 at the origin, where there is none. */
export const atan2Gradient: Gradient = ({ inputs: [a, b], dy }) => {
  const slope = divNoNan(dy, add(square(a!), square(b!)));
  return [mul(slope, b!), neg(mul(slope, a!))];
};

/**
 * The angle in radians, from -pi to pi, of the point with the ordinate `a` and the abscissa `b`, elementwise with broadcasting;
 * float32. Zeros count with their signs, infinities as the limits along the diagonals.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/atan2
 */
export const atan2 = /* @__PURE__ */ binaryToFloat(atan2Op);
