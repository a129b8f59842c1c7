import { defineOp } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sizeOf } from '../../types/shape.js';
import { checkAxes } from '../check.js';
import { checked, checkOptions } from '../checked.js';
import { add } from '../elementwise/add.js';
import { cast } from '../elementwise/cast.js';
import { requireFloat } from '../elementwise/families.js';
import { mul } from '../elementwise/mul.js';
import { rsqrt } from '../elementwise/rsqrt.js';
import { sub } from '../elementwise/sub.js';
import { momentsOf } from '../reduce/moments.js';
import { checkEpsilon, parameter, requireFits } from './families.js';

export interface LayerNormOptions {
  /** The axes to take the statistics over. Default: -1. */
  readonly axes?: number | readonly number[] | undefined;
  /** The factor after normalisation. Default: 1. */
  readonly scale?: TensorLike | undefined;
  /** Added at the end. Default: 0. */
  readonly offset?: TensorLike | undefined;
  /** Added to the variance. Default: 0.001. */
  readonly epsilon?: number | undefined;
}

export type LayerNormAttrs = { axes: readonly number[]; epsilon: number };

const parameters = ['scale', 'offset'] as const;

export const layerNormOp = /* @__PURE__ */ defineOp<LayerNormAttrs>({
  name: 'layerNorm',
  args: ['x', 'scale', 'offset'],
  infer: ([x, ...given]) => {
    requireFits(given, parameters, x!.shape);
    return requireFloat('x', x!);
  },
  decompose: ([x, scale, offset], { axes, epsilon }) => {
    const { mean, variance } = momentsOf(x!, { axes, keepDims: true });
    return add(mul(mul(sub(x!, mean), rsqrt(add(variance, epsilon))), scale!), offset!);
  },
  flops: ([x]) => 7 * sizeOf(x!.shape),
});

/**
 * `x` less its mean, divided by its standard deviation, both along `axes`; then times `scale` plus `offset`, which broadcast to
 * `x`; float32.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where `scale` or `offset` do not broadcast to `x`; INVALID_ARGUMENT for axes that do not
 * exist, a bad epsilon or unknown options.
 * @source Ba, Kiros and Hinton, Layer normalization (2016), arXiv:1607.06450
 * @example
 * import { setBackend, layerNorm } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await layerNorm([[1, 3], [10, 30]], { epsilon: 0 }).array(); // => [[-1, 1], [-1, 1]]
 */
export function layerNorm(x: TensorLike, options: LayerNormOptions = {}): Tensor {
  checkOptions('layerNorm', options, ['axes', 'scale', 'offset', 'epsilon']);
  const tensor = cast(toTensor(x, 'layerNorm', 'x'), 'float32');
  const { scale, offset, epsilon = 1e-3 } = options;
  checked('layerNorm', {}, () => checkEpsilon('layerNorm', epsilon));
  const axes = checkAxes('layerNorm', 'axes', options.axes ?? -1, tensor.rank);
  return apply(layerNormOp, [tensor, parameter('layerNorm', 'scale', scale, 1), parameter('layerNorm', 'offset', offset, 0)], { axes, epsilon });
}
