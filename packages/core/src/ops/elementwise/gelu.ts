import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import type { TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { complementaryError, erf, errorFunctionParts } from './erf.js';
import { exp } from './exp.js';
import { unaryFloat, unaryWithOptions } from './families.js';
import { less } from './less.js';
import { mul } from './mul.js';
import { sigmoid } from './sigmoid.js';
import { square } from './square.js';
import { sub } from './sub.js';
import { where } from './where.js';

export interface GeluOptions {
  /** Uses `tanh` in place of the error function. Default: false. */
  readonly approximate?: boolean;
}

type GeluAttrs = { approximate: boolean };

/** `(1 + tanh(z)) / 2` is `sigmoid(2 z)`, which keeps its digits where the tanh is near -1. */
const slope = 2 * Math.sqrt(2 / Math.PI);

const geluByTanh = (x: number): number => x / (1 + Math.exp(-slope * (x + 0.044715 * x * x * x)));

/** `1 + erf(x / sqrt(2))`, from the part that loses no digits on each side. */
function exact(x: Tensor): Tensor {
  const u = mul(x, Math.SQRT1_2);
  const { near, far } = errorFunctionParts(u);
  const twice = where(less(abs(u), 1), add(near, 1), where(less(u, 0), far, sub(2, far)));
  return mul(mul(x, 0.5), twice);
}

const share = (x: Tensor): Tensor => sigmoid(mul(mul(x, add(mul(square(x), 0.044715), 1)), slope));

export const geluScalar: ScalarForm<GeluAttrs> = ({ approximate }) => (approximate ? geluByTanh : (x) => 0.5 * x * complementaryError(-x * Math.SQRT1_2));

export const geluOp = /* @__PURE__ */ unaryFloat<GeluAttrs>({
  name: 'gelu',
  decompose: ([x], { approximate }) => (approximate ? mul(x!, share(x!)) : exact(x!)),
  scalar: geluScalar,
});

/** Of `x cdf(x)`: `cdf(x) + x density(x)`. */
export const geluGradient: Gradient<GeluAttrs> = ({ inputs: [x], attrs: { approximate }, dy }) => {
  const cdf = approximate ? share(x!) : mul(add(erf(mul(x!, Math.SQRT1_2)), 1), 0.5);
  const density = approximate
    ? mul(mul(cdf, sub(1, cdf)), mul(add(mul(square(x!), 3 * 0.044715), 1), slope))
    : mul(exp(mul(square(x!), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return [mul(dy, add(cdf, mul(x!, density)))];
};

/**
 * `x` times the distribution function of the standard normal distribution at `x`, elementwise; float32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an unknown option or one that is no boolean.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/gelu
 * @source Hendrycks and Gimpel, Gaussian Error Linear Units (2016), arXiv:1606.08415
 */
export const gelu: (x: TensorLike, options?: GeluOptions) => Tensor = /* @__PURE__ */ unaryWithOptions(geluOp, { approximate: false });
