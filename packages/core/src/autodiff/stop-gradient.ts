import { defineOp } from '../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../tensor/operand.js';
import type { Tensor } from '../tensor/tensor.js';

export const stopGradientOp = /* @__PURE__ */ defineOp({
  name: 'stopGradient',
  args: ['x'],
  infer: ([x]) => x!,
  decompose: ([x]) => x!,
  gradient: () => [null],
});

/**
 * `x` itself, but for gradients a constant. Costs nothing at run time.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/stop_gradient
 */
export const stopGradient = (x: TensorLike): Tensor => apply(stopGradientOp, [toTensor(x, 'stopGradient', 'x')]);
