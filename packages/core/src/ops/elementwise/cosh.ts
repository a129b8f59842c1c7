import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { div } from './div.js';
import { exp } from './exp.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { mul } from './mul.js';
import { sinh } from './sinh.js';
import { square } from './square.js';

/** `(e^2 + e^-2) / 2` with `e = exp(|x| / 2)`, so that it overflows no earlier than the result does. */
function hyperbolicCosine(x: Tensor): Tensor {
  const e = exp(mul(abs(x), 0.5));
  return add(mul(mul(e, 0.5), e), div(0.5, square(e)));
}

export const coshScalar: ScalarForm = () => Math.cosh;

export const coshOp = /* @__PURE__ */ unaryFloat({
  name: 'cosh',
  decompose: ([x]) => hyperbolicCosine(x!),
  scalar: coshScalar,
});

export const coshGradient: Gradient = ({ inputs: [x], dy }) => [mul(dy, sinh(x!))];

/**
 * The hyperbolic cosine, elementwise; float32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/cosh
 */
export const cosh = /* @__PURE__ */ unaryToFloat(coshOp);
