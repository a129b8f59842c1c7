import { refuseArgument, refuseShape } from '../../errors/refuse.js';
import { describe } from '../../tensor/nested.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sizeOf } from '../../types/shape.js';
import { checkInteger } from '../check.js';
import { checked, checkOptions } from '../checked.js';
import { add } from '../elementwise/add.js';
import { cast } from '../elementwise/cast.js';
import { div } from '../elementwise/div.js';
import { mul } from '../elementwise/mul.js';
import { pow } from '../elementwise/pow.js';
import { sum } from '../reduce/sum.js';
import { reshape } from '../shape/reshape.js';
import { im2colOp } from './im2col.js';

export interface LocalResponseNormalizationOptions {
  /** Channels on each side that are summed. Default 5. */
  readonly depthRadius?: number | undefined;
  /** Default 1. */
  readonly bias?: number | undefined;
  /** Default 1. */
  readonly alpha?: number | undefined;
  /** Default 0.5. */
  readonly beta?: number | undefined;
}

/**
 * `x / (bias + alpha * s) ** beta`, where `s` is the sum of the squares of the channels (the last axis) within `depthRadius` of an element.
 * float32 (integers are converted).
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for a scalar; INVALID_ARGUMENT for a bad or unknown option.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/local_response_normalization
 */
export function localResponseNormalization(x: TensorLike, options: LocalResponseNormalizationOptions = {}): Tensor {
  const op = 'localResponseNormalization';
  checkOptions(op, options, ['depthRadius', 'bias', 'alpha', 'beta']);
  const { depthRadius = 5, bias = 1, alpha = 1, beta = 0.5 } = options;
  checkInteger(op, 'depthRadius', depthRadius, 0);
  const tensor = cast(toTensor(x, op, 'x'), 'float32');
  return checked(op, { x: tensor }, () => {
    for (const [name, value] of Object.entries({ bias, alpha, beta })) {
      if (typeof value !== 'number') throw refuseArgument(name, `${describe(value)} is not a number.`, 'pass a number.');
    }
    if (tensor.rank === 0) throw refuseShape('x', 'a scalar has no channels.', 'pass a tensor whose last axis is the channels.');
    const channels = tensor.shape[tensor.rank - 1]!;
    const places = sizeOf(tensor.shape.slice(0, -1));
    const squares = reshape(mul(tensor, tensor), [1, places, channels, 1]);
    const neighbours = apply(im2colOp, [squares], { window: [1, 2 * depthRadius + 1], strides: [1, 1], dilations: [1, 1], padding: [[0, 0], [depthRadius, depthRadius]] });
    const sums = reshape(sum(neighbours, { axes: 3 }), tensor.shape);
    return div(tensor, pow(add(mul(sums, alpha), bias), beta));
  });
}
