import { defineOp } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sizeOf } from '../../types/shape.js';
import { checked, checkOptions } from '../checked.js';
import { add } from '../elementwise/add.js';
import { cast } from '../elementwise/cast.js';
import { requireFloat } from '../elementwise/families.js';
import { mul } from '../elementwise/mul.js';
import { rsqrt } from '../elementwise/rsqrt.js';
import { sub } from '../elementwise/sub.js';
import { checkEpsilon, parameter, requireFits } from './families.js';

export interface BatchNormOptions {
  /** Added at the end. Default: 0. */
  readonly offset?: TensorLike | undefined;
  /** The factor after normalisation. Default: 1. */
  readonly scale?: TensorLike | undefined;
  /** Added to the variance. Default: 0.001. */
  readonly epsilon?: number | undefined;
}

export type BatchNormAttrs = { epsilon: number };

const parameters = ['mean', 'variance', 'offset', 'scale'] as const;

export const batchNormOp = /* @__PURE__ */ defineOp<BatchNormAttrs>({
  name: 'batchNorm',
  args: ['x', 'mean', 'variance', 'offset', 'scale'],
  infer: ([x, ...given]) => {
    requireFits(given, parameters, x!.shape);
    return requireFloat('x', x!);
  },
  decompose: ([x, mean, variance, offset, scale], { epsilon }) => {
    const factor = mul(rsqrt(add(variance!, epsilon)), scale!);
    return add(mul(sub(x!, mean!), factor), offset!);
  },
  flops: ([x]) => 3 * sizeOf(x!.shape),
});

/**
 * Batch normalisation by known statistics: `(x - mean) / sqrt(variance + epsilon) * scale + offset`; float32. The statistics are
 * [C] for channels on the last axis, or anything that broadcasts to `x`. Statistics of the batch itself come from `moments`.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where a statistic does not broadcast to `x`; INVALID_ARGUMENT for a bad epsilon or unknown
 * options.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/batch_normalization
 * @example
 * import { setBackend, batchNorm } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await batchNorm([[1, 10], [3, 30]], [2, 20], [4, 25], { epsilon: 0 }).array(); // => [[-0.5, -2], [0.5, 2]]
 */
export function batchNorm(x: TensorLike, mean: TensorLike, variance: TensorLike, options: BatchNormOptions = {}): Tensor {
  checkOptions('batchNorm', options, ['offset', 'scale', 'epsilon']);
  const { offset, scale, epsilon = 1e-3 } = options;
  checked('batchNorm', {}, () => checkEpsilon('batchNorm', epsilon));
  const operands = [
    cast(toTensor(x, 'batchNorm', 'x'), 'float32'),
    parameter('batchNorm', 'mean', mean, 0),
    parameter('batchNorm', 'variance', variance, 1),
    parameter('batchNorm', 'offset', offset, 0),
    parameter('batchNorm', 'scale', scale, 1),
  ];
  return apply(batchNormOp, operands, { epsilon });
}
