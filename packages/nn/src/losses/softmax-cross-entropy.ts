import { add, arange, cast, equal, expandDims, gather, greaterEqual, less, logSoftmax, logicalAnd, mul, neg, sum, toTensor, unfoldError, where, type Tensor, type TensorLike } from '@unfoldjs/core';
import { checkOptions, checkRange } from '../check.js';
import { checkedPair, lossOptions, reduceLoss, type LossOptions } from './reduction.js';

export interface SoftmaxCrossEntropyOptions extends LossOptions {
  /** The part of each label's weight that is spread over all classes evenly. Default: 0. */
  readonly labelSmoothing?: number | undefined;
  /** A factor for each class, `[C]`; for whole-number labels. Default: 1 for all. */
  readonly classWeights?: TensorLike | undefined;
}

/**
 * The cross entropy of labels and `softmax(logits)` over the last axis, from the logits. Labels are the numbers of the classes
 * (int32, `[...]`) or a distribution over them (`[..., C]`, one-hot as a rule); logits are float32 `[..., C]`. A class that does not
 * exist makes the loss NaN.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where labels or weights do not fit the logits; DTYPE_MISMATCH for class numbers that are not
 * int32; INVALID_ARGUMENT for options that do not exist or are out of range.
 * @source https://js.tensorflow.org/api/latest/#losses.softmaxCrossEntropy
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { softmaxCrossEntropy } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * const logits = tensor([[0, 0], [0, 0]]);
 * await softmaxCrossEntropy(tensor([0, 1], [2], 'int32'), logits).item(); // => 0.6931471824645996
 * await softmaxCrossEntropy(tensor([[1, 0], [0, 1]]), logits).item(); // => 0.6931471824645996
 */
export function softmaxCrossEntropy(labels: TensorLike, logits: TensorLike, options: SoftmaxCrossEntropyOptions = {}): Tensor {
  const op = 'softmaxCrossEntropy';
  checkOptions(op, options, [...lossOptions, 'labelSmoothing', 'classWeights']);
  const { labelSmoothing = 0, classWeights, ...rest } = options;
  checkRange(op, 'labelSmoothing', labelSmoothing, 0, 1);
  const y = toTensor(labels, op, 'labels');
  const x = cast(toTensor(logits, op, 'logits'), 'float32');
  const isSparse = y.rank === x.rank - 1;
  if (!isSparse) {
    const [distribution] = checkedPair(op, y, x, 'logits');
    if (classWeights !== undefined) throw refuse(op, 'classWeights', 'they go with labels that are class numbers.', 'pass `weights`, one for each example.');
    return reduceLoss(op, crossEntropy(smoothed(distribution, labelSmoothing), x), rest);
  }

  checkSparse(op, y, x);
  const weights = combined(rest.weights, classWeights === undefined ? undefined : gather(toTensor(classWeights, op, 'classWeights'), y), op);
  return reduceLoss(op, sparseCrossEntropy(y, x, labelSmoothing), { ...rest, weights });
}

const crossEntropy = (distribution: Tensor, logits: Tensor): Tensor => neg(sum(mul(distribution, logSoftmax(logits)), { axes: -1 }));

const smoothed = (distribution: Tensor, smoothing: number): Tensor =>
  smoothing > 0 ? add(mul(distribution, 1 - smoothing), smoothing / distribution.shape.at(-1)!) : distribution;

/** Picks by `where`, not by a product with 0: a class of probability 0 elsewhere must not make a NaN. */
function sparseCrossEntropy(labels: Tensor, logits: Tensor, smoothing: number): Tensor {
  const classes = logits.shape.at(-1)!;
  const isLabel = equal(expandDims(labels, -1), arange(0, classes, 1, 'int32'));
  const losses =
    smoothing > 0 ? crossEntropy(smoothed(cast(isLabel, 'float32'), smoothing), logits) : neg(sum(where(isLabel, logSoftmax(logits), 0), { axes: -1 }));
  return where(logicalAnd(greaterEqual(labels, 0), less(labels, classes)), losses, NaN);
}

const combined = (weights: TensorLike | undefined, ofClasses: Tensor | undefined, op: string): TensorLike | undefined =>
  weights !== undefined && ofClasses ? mul(toTensor(weights, op, 'weights'), ofClasses) : (ofClasses ?? weights);

function checkSparse(op: string, labels: Tensor, logits: Tensor): void {
  const fits = labels.shape.every((size, axis) => size === logits.shape[axis]);
  if (fits && labels.dtype === 'int32') return;
  throw unfoldError({
    code: fits ? 'DTYPE_MISMATCH' : 'SHAPE_MISMATCH',
    op,
    argument: 'labels',
    problem: fits ? 'class numbers are int32.' : 'there must be one label for each row of logits.',
    fix: fits ? "cast them: `labels.cast('int32')`." : 'pass class numbers [...] or distributions [..., C] for logits [..., C].',
    operands: [
      { name: 'labels', type: labels.type },
      { name: 'logits', type: logits.type },
    ],
  });
}

const refuse = (op: string, argument: string, problem: string, fix: string) => unfoldError({ code: 'INVALID_ARGUMENT', op, argument, problem, fix });
