import type { ScalarForm } from '../../expr/op-def.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add } from './add.js';
import { equal } from './equal.js';
import { rounding, unaryFloat } from './families.js';
import { floor } from './floor.js';
import { less } from './less.js';
import { logicalAnd } from './logical-and.js';
import { logicalOr } from './logical-or.js';
import { mul } from './mul.js';
import { notEqual } from './not-equal.js';
import { sub } from './sub.js';
import { where } from './where.js';

function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest === 0.5) return below % 2 === 0 ? below : below + 1;
  return rest > 0.5 ? below + 1 : below;
}

/** `x - below` is exact wherever it decides, while `floor(x + 0.5)` goes wrong just under a half. */
function roundToEven(x: Tensor): Tensor {
  const below = floor(x);
  const rest = sub(x, below);
  const half = mul(below, 0.5);
  const isOdd = notEqual(floor(half), half);
  const isUp = logicalOr(less(0.5, rest), logicalAnd(equal(rest, 0.5), isOdd));
  return where(equal(below, x), x, where(isUp, add(below, 1), below));
}

export const roundScalar: ScalarForm = () => roundHalfToEven;

export const roundOp = /* @__PURE__ */ unaryFloat({
  name: 'round',
  decompose: ([x]) => roundToEven(x!),
  scalar: roundScalar,
});

/**
 * The nearest whole number, elementwise; halves go to the even one: 0.5 to 0, 1.5 to 2. int32 stays as it is; bool becomes int32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/round
 */
export const round = /* @__PURE__ */ rounding(roundOp);
