import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add } from './add.js';
import { div } from './div.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { less } from './less.js';
import { log } from './log.js';
import { log1p } from './log1p.js';
import { mul } from './mul.js';
import { sqrt } from './sqrt.js';
import { sub } from './sub.js';
import { where } from './where.js';

/** `log(x + sqrt(x^2 - 1))` in terms of `t = x - 1`, so that x near 1 keep their digits; beyond 4096 the 1 is lost. */
function inverse(x: Tensor): Tensor {
  const t = sub(x, 1);
  const near = log1p(add(t, mul(sqrt(t), sqrt(add(t, 2)))));
  return where(less(4096, x), add(log(x), Math.LN2), near);
}

export const acoshScalar: ScalarForm = () => Math.acosh;

export const acoshOp = /* @__PURE__ */ unaryFloat({
  name: 'acosh',
  decompose: ([x]) => inverse(x!),
  scalar: acoshScalar,
});

export const acoshGradient: Gradient = ({ inputs: [x], dy }) => [div(dy, mul(sqrt(sub(x!, 1)), sqrt(add(x!, 1))))];

/**
 * The inverse hyperbolic cosine, elementwise; float32. NaN below 1.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/acosh
 */
export const acosh = /* @__PURE__ */ unaryToFloat(acoshOp);
