import { argMax, cast, equal, expandDims, gather, greater, greaterEqual, less, logicalAnd, mean, reshape, sum, toTensor, unfoldError, type Tensor, type TensorLike } from '@unfoldjs/core';
import { checkInteger, checkRange } from '../check.js';

/** A number that says how good predictions are, as a mean over the examples; a scalar float32. */
export type Metric = (labels: Tensor, predictions: Tensor) => Tensor;

/**
 * Class numbers (int32 `[N]`) of labels that are class numbers already, or distributions over the classes of predictions `[N, C]`.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH
 */
export function classNumbers(op: string, labels: TensorLike, predictions: TensorLike): readonly [Tensor, Tensor] {
  const y = toTensor(labels, op, 'labels');
  const p = toTensor(predictions, op, 'predictions');
  const isSparse = y.rank === p.rank - 1;
  const fits = p.rank >= 1 && (isSparse || y.rank === p.rank) && y.shape.every((size, axis) => size === p.shape[axis]);
  if (!fits) {
    throw unfoldError({
      code: 'SHAPE_MISMATCH',
      op,
      argument: 'labels',
      problem: 'they do not fit the predictions.',
      fix: 'pass class numbers [...] or distributions [..., C] for predictions [..., C].',
      operands: [
        { name: 'labels', type: y.type },
        { name: 'predictions', type: p.type },
      ],
    });
  }
  return [isSparse ? cast(y, 'int32') : argMax(y, { axis: -1 }), p];
}

/**
 * The part of the examples whose largest prediction is that of their label. Predictions are `[..., C]`, logits or probabilities; labels
 * class numbers `[...]` or one-hot `[..., C]`.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where labels do not fit the predictions.
 * @source https://keras.io/api/metrics/accuracy_metrics/#sparsecategoricalaccuracy-class
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { accuracy } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * await accuracy(tensor([1, 1], [2], 'int32'), tensor([[1, 5], [3, 2]])).item(); // 0.5
 */
export const accuracy = (labels: TensorLike, predictions: TensorLike): Tensor => {
  const [y, p] = classNumbers('accuracy', labels, predictions);
  return mean(cast(equal(argMax(p, { axis: -1 }), y), 'float32'));
};

/**
 * The part of the examples whose label's prediction is among the `k` largest; predictions that are equal to it do not count against
 * it. A label that is no class, and a prediction that is NaN, are misses.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a `k` that is not a whole number from 1; the metric SHAPE_MISMATCH.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/in_top_k
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { topKAccuracy } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * await topKAccuracy(2)(tensor([0, 2], [2], 'int32'), tensor([[2, 9, 1], [3, 2, 1]])).item(); // 0.5
 */
export function topKAccuracy(k: number): Metric {
  const op = 'topKAccuracy';
  checkInteger(op, 'k', k, 1);
  return (labels, predictions) => {
    const [y, p] = classNumbers(op, labels, predictions);
    const classes = p.shape.at(-1)!;
    const flatLabels = reshape(y, [-1]);
    const rows = reshape(p, [-1, classes]);
    const ofLabel = gather(rows, expandDims(flatLabels, -1), { axis: 1, batchDims: 1 });
    const larger = sum(cast(greater(rows, ofLabel), 'int32'), { axes: -1 });
    // NaN compares as false with everything, itself included.
    const isNumber = reshape(equal(ofLabel, ofLabel), [-1]);
    const isClass = logicalAnd(greaterEqual(flatLabels, 0), less(flatLabels, classes));
    return mean(cast(logicalAnd(logicalAnd(isClass, isNumber), less(larger, k)), 'float32'));
  };
}

/**
 * The part of the elements on the right side of `threshold`; labels are 0 and 1. For logits the threshold is 0.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a threshold that is no number.
 * @source https://keras.io/api/metrics/accuracy_metrics/#binaryaccuracy-class
 */
export function binaryAccuracy(threshold = 0.5): Metric {
  checkRange('binaryAccuracy', 'threshold', threshold, -Infinity, Infinity);
  return (labels, predictions) => mean(cast(equal(greater(predictions, threshold), greater(labels, 0.5)), 'float32'));
}
