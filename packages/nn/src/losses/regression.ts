// Losses of numbers against numbers.
import { abs, add, minimum, mul, square, squaredDifference, sub, type Tensor, type TensorLike } from '@unfoldjs/core';
import { checkOptions, checkRange } from '../check.js';
import { checkedPair, lossOptions, reduceLoss, type LossOptions } from './reduction.js';

/**
 * The mean of `(labels - predictions)^2`.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for labels of another shape, or weights that do not broadcast to it; INVALID_ARGUMENT for options
 * that do not exist.
 * @source https://js.tensorflow.org/api/latest/#losses.meanSquaredError
 * @example
 * import { setBackend } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { meanSquaredError } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * await meanSquaredError([1, 2], [1, 4]).item(); // 2
 */
export function meanSquaredError(labels: TensorLike, predictions: TensorLike, options: LossOptions = {}): Tensor {
  const op = 'meanSquaredError';
  checkOptions(op, options, lossOptions);
  const [y, p] = checkedPair(op, labels, predictions);
  return reduceLoss(op, squaredDifference(y, p), options);
}

/**
 * The mean of `|labels - predictions|`.
 *
 * @throws {UnfoldError} as `meanSquaredError`.
 * @source https://js.tensorflow.org/api/latest/#losses.absoluteDifference
 */
export function meanAbsoluteError(labels: TensorLike, predictions: TensorLike, options: LossOptions = {}): Tensor {
  const op = 'meanAbsoluteError';
  checkOptions(op, options, lossOptions);
  const [y, p] = checkedPair(op, labels, predictions);
  return reduceLoss(op, abs(sub(y, p)), options);
}

export interface HuberLossOptions extends LossOptions {
  /** The error from which on the loss grows linearly, above 0. Default: 1. */
  readonly delta?: number | undefined;
}

/**
 * `0.5 e^2` for errors `e = |labels - predictions|` up to `delta`, `delta (e - 0.5 delta)` beyond.
 *
 * @throws {UnfoldError} as `meanSquaredError`, and INVALID_ARGUMENT for a `delta` that is not a number from 0.
 * @source https://js.tensorflow.org/api/latest/#losses.huberLoss
 */
export function huberLoss(labels: TensorLike, predictions: TensorLike, options: HuberLossOptions = {}): Tensor {
  const op = 'huberLoss';
  checkOptions(op, options, [...lossOptions, 'delta']);
  const { delta = 1 } = options;
  checkRange(op, 'delta', delta, 0, Infinity);
  const [y, p] = checkedPair(op, labels, predictions);
  const error = abs(sub(y, p));
  const quadratic = minimum(error, delta);
  const linear = sub(error, quadratic);
  return reduceLoss(op, add(mul(square(quadratic), 0.5), mul(linear, delta)), options);
}
