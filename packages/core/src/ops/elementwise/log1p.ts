import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { div } from './div.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { less } from './less.js';
import { log } from './log.js';
import { mul } from './mul.js';
import { polynomial } from './polynomial.js';
import { square } from './square.js';
import { where } from './where.js';

/** `log(1 + x)` is `2 atanh(s)` with `s = x / (2 + x)`: 2 s (1 + s^2/3 + s^4/5 + ...). Where it is used, s is below 0.22. */
const series = [2 / 13, 2 / 11, 2 / 9, 2 / 7, 2 / 5, 2 / 3, 2];

function logOnePlus(x: Tensor): Tensor {
  const s = div(x, add(x, 2));
  return where(less(abs(x), 0.35), mul(s, polynomial(square(s), series)), log(add(x, 1)));
}

export const log1pScalar: ScalarForm = () => Math.log1p;

export const log1pOp = /* @__PURE__ */ unaryFloat({
  name: 'log1p',
  decompose: ([x]) => logOnePlus(x!),
  scalar: log1pScalar,
});

export const log1pGradient: Gradient = ({ inputs: [x], dy }) => [div(dy, add(x!, 1))];

/**
 * `log(1 + x)`, elementwise, without the loss of digits near 0; float32. -Infinity at -1, NaN below.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/log1p
 */
export const log1p = /* @__PURE__ */ unaryToFloat(log1pOp);
