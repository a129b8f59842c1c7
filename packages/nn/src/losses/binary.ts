// Losses of yes or no, each element by itself.
import { abs, add, clip, exp, log, log1p, mul, neg, relu, sub, type Tensor, type TensorLike } from '@unfoldjs/core';
import { checkBoolean, checkOptions, checkRange } from '../check.js';
import { checkedPair, lossOptions, reduceLoss, type LossOptions } from './reduction.js';

export interface SigmoidCrossEntropyOptions extends LossOptions {
  /** Moves labels this part of the way to 1/2. Default: 0. */
  readonly labelSmoothing?: number | undefined;
}

/**
 * The cross entropy of labels in 0 to 1 and `sigmoid(logits)`, from the logits: exact where the sigmoid would be rounded to 0 or 1.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for labels of another shape, or weights that do not broadcast to it; INVALID_ARGUMENT for options
 * that do not exist or are out of range.
 * @source https://js.tensorflow.org/api/latest/#losses.sigmoidCrossEntropy
 * @example
 * import { setBackend } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { sigmoidCrossEntropy } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * await sigmoidCrossEntropy([0, 1], [1000, 1000]).item(); // 500
 */
export function sigmoidCrossEntropy(labels: TensorLike, logits: TensorLike, options: SigmoidCrossEntropyOptions = {}): Tensor {
  const op = 'sigmoidCrossEntropy';
  checkOptions(op, options, [...lossOptions, 'labelSmoothing']);
  const { labelSmoothing = 0 } = options;
  checkRange(op, 'labelSmoothing', labelSmoothing, 0, 1);
  const [y, x] = checkedPair(op, labels, logits, 'logits');
  const target = labelSmoothing > 0 ? add(mul(y, 1 - labelSmoothing), 0.5 * labelSmoothing) : y;
  return reduceLoss(op, add(sub(relu(x), mul(x, target)), log1p(exp(neg(abs(x))))), options);
}

export interface BinaryCrossentropyOptions extends SigmoidCrossEntropyOptions {
  /** True where predictions are logits, false where they are probabilities. Default: false. */
  readonly fromLogits?: boolean | undefined;
}

/** Probabilities are kept this far from 0 and 1. */
const epsilon = 1e-7;

/**
 * The cross entropy of labels in 0 to 1 and predicted probabilities (kept within 1e-7 and 1 - 1e-7), or logits.
 *
 * @throws {UnfoldError} as `sigmoidCrossEntropy`.
 * @source https://keras.io/api/losses/probabilistic_losses/#binarycrossentropy-class
 */
export function binaryCrossentropy(labels: TensorLike, predictions: TensorLike, options: BinaryCrossentropyOptions = {}): Tensor {
  const op = 'binaryCrossentropy';
  checkOptions(op, options, [...lossOptions, 'labelSmoothing', 'fromLogits']);
  const { fromLogits = false, labelSmoothing = 0, ...rest } = options;
  checkBoolean(op, 'fromLogits', fromLogits);
  checkRange(op, 'labelSmoothing', labelSmoothing, 0, 1);
  if (fromLogits) return sigmoidCrossEntropy(labels, predictions, { labelSmoothing, ...rest });
  const [y, p] = checkedPair(op, labels, predictions);
  const target = labelSmoothing > 0 ? add(mul(y, 1 - labelSmoothing), 0.5 * labelSmoothing) : y;
  const safe = clip(p, { min: epsilon, max: 1 - epsilon });
  return reduceLoss(op, neg(add(mul(target, log(safe)), mul(sub(1, target), log1p(neg(safe))))), rest);
}

export interface LogLossOptions extends LossOptions {
  /** Added to what a logarithm is taken of. Default: 1e-7. */
  readonly epsilon?: number | undefined;
}

/**
 * The cross entropy of labels and probabilities as TensorFlow 1 computes it: with `epsilon` inside of the logarithms. NaN for
 * predictions outside of 0 to 1.
 *
 * @throws {UnfoldError} as `sigmoidCrossEntropy`.
 * @source https://js.tensorflow.org/api/latest/#losses.logLoss
 */
export function logLoss(labels: TensorLike, predictions: TensorLike, options: LogLossOptions = {}): Tensor {
  const op = 'logLoss';
  checkOptions(op, options, [...lossOptions, 'epsilon']);
  const { epsilon: inside = epsilon } = options;
  checkRange(op, 'epsilon', inside, 0, 1);
  const [y, p] = checkedPair(op, labels, predictions);
  const yes = mul(y, log(add(p, inside)));
  const no = mul(sub(1, y), log(add(sub(1, p), inside)));
  return reduceLoss(op, neg(add(yes, no)), options);
}

/**
 * `max(0, 1 - t * predictions)` with `t` = -1 for labels 0 and 1 for labels 1.
 *
 * @throws {UnfoldError} as `sigmoidCrossEntropy`.
 * @source https://js.tensorflow.org/api/latest/#losses.hingeLoss
 */
export function hingeLoss(labels: TensorLike, predictions: TensorLike, options: LossOptions = {}): Tensor {
  const op = 'hingeLoss';
  checkOptions(op, options, lossOptions);
  const [y, p] = checkedPair(op, labels, predictions);
  const signed = sub(mul(y, 2), 1);
  return reduceLoss(op, relu(sub(1, mul(signed, p))), options);
}
