import type { Gradient } from '../../expr/op-def.js';
import { apply, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { div } from '../elementwise/div.js';
import { exp } from '../elementwise/exp.js';
import { mul } from '../elementwise/mul.js';
import { sub } from '../elementwise/sub.js';
import { max } from '../reduce/max.js';
import { sum } from '../reduce/sum.js';
import { alongAxis, axisArguments, lineKernel, type AxisAttrs, type AxisOptions } from './families.js';

export const softmaxReference = /* @__PURE__ */ lineKernel((size, read, write) => {
  let largest = -Infinity;
  for (let k = 0; k < size; k++) largest = Math.max(largest, read(k));
  let total = 0;
  for (let k = 0; k < size; k++) total += Math.exp(read(k) - largest);
  for (let k = 0; k < size; k++) write(k, Math.exp(read(k) - largest) / total);
});

export const softmaxOp = /* @__PURE__ */ alongAxis({
  name: 'softmax',
  decompose: ([x], { axis }) => {
    const e = exp(sub(x!, max(x!, { axes: axis, keepDims: true })));
    return div(e, sum(e, { axes: axis, keepDims: true }));
  },
});

export const softmaxGradient: Gradient<AxisAttrs> = ({ output, attrs: { axis }, dy }) => [
  mul(output, sub(dy, sum(mul(dy, output), { axes: axis, keepDims: true }))),
];

/**
 * `exp(x) / sum(exp(x))` along `axis`, without overflow: positive numbers that add up to 1; float32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an axis that does not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/softmax
 * @example
 * import { setBackend, softmax } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await softmax([1000, 1000]).data(); // => Float32Array [0.5, 0.5]
 */
export function softmax(x: TensorLike, options: AxisOptions = {}): Tensor {
  const { tensor, attrs } = axisArguments('softmax', x, options);
  return apply(softmaxOp, [tensor], attrs);
}
