import type { Gradient } from '../../expr/op-def.js';
import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { exp } from '../elementwise/exp.js';
import { log } from '../elementwise/log.js';
import { mul } from '../elementwise/mul.js';
import { sub } from '../elementwise/sub.js';
import { max } from '../reduce/max.js';
import { sum } from '../reduce/sum.js';
import { alongAxis, axisArguments, lineKernel, type AxisAttrs, type AxisOptions } from './families.js';

export const logSoftmaxReference = /* @__PURE__ */ lineKernel((size, read, write) => {
  let largest = -Infinity;
  for (let k = 0; k < size; k++) largest = Math.max(largest, read(k));
  let total = 0;
  for (let k = 0; k < size; k++) total += Math.exp(read(k) - largest);
  for (let k = 0; k < size; k++) write(k, read(k) - largest - Math.log(total));
});

export const logSoftmaxOp = /* @__PURE__ */ alongAxis({
  name: 'logSoftmax',
  decompose: ([x], { axis }) => {
    const shifted = sub(x!, max(x!, { axes: axis, keepDims: true }));
    return sub(shifted, log(sum(exp(shifted), { axes: axis, keepDims: true })));
  },
});

export const logSoftmaxGradient: Gradient<AxisAttrs> = ({ output, attrs: { axis }, dy }) => [
  sub(dy, mul(exp(output), sum(dy, { axes: axis, keepDims: true }))),
];

/**
 * `log(softmax(x))` along `axis`, without overflow or underflow; float32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an axis that does not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/log_softmax
 */
export function logSoftmax(x: TensorLike, options: AxisOptions = {}): Tensor {
  const { tensor, attrs } = axisArguments('logSoftmax', x, options);
  return apply(logSoftmaxOp, [tensor], attrs);
}
