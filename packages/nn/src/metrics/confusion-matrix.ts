import { argMax, cast, matmul, oneHot, reshape, type Tensor, type TensorLike } from '@unfoldjs/core';
import { classNumbers } from './accuracy.js';

/** How often each class (row) was taken for each (column). */
export type ConfusionMatrix = readonly (readonly number[])[];

/**
 * How many examples of class i were predicted as class j, int32 `[C, C]`. Counts are exact up to 2^24 examples a call; matrices of
 * batches add up. A label that is no class is in no row.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where labels do not fit the predictions.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/confusion_matrix
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { confusionMatrix } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * await confusionMatrix(tensor([0, 1, 1], [3], 'int32'), tensor([[2, 1], [2, 1], [0, 1]])).array(); // => [[1, 0], [1, 1]]
 */
export function confusionMatrix(labels: TensorLike, predictions: TensorLike): Tensor {
  const [y, p] = classNumbers('confusionMatrix', labels, predictions);
  const classes = p.shape.at(-1)!;
  const actual = oneHot(reshape(y, [-1]), classes);
  const predicted = oneHot(reshape(argMax(p, { axis: -1 }), [-1]), classes);
  return cast(matmul(actual, predicted, { transposeA: true }), 'int32'); // finite factors: no NaN can spread
}

/** What a confusion matrix says of one class. */
export interface ClassScores {
  /** Of the examples predicted as this class, the part that is; NaN where there are none. */
  readonly precision: number;
  /** Of the examples of this class, the part that was found; NaN where there are none. */
  readonly recall: number;
  /** The harmonic mean of both: `2 tp / (2 tp + fp + fn)`; NaN where there is no example at all. */
  readonly f1: number;
  /** Examples of this class. */
  readonly support: number;
}

/**
 * Precision, recall and F1 of each class.
 *
 * @source https://scikit-learn.org/stable/modules/generated/sklearn.metrics.precision_recall_fscore_support.html
 * @example
 * import { classScores } from '@unfoldjs/nn';
 * classScores([[1, 0], [1, 2]])[1]; // => { precision: 1, recall: 0.6666666666666666, f1: 0.8, support: 3 }
 */
export function classScores(matrix: ConfusionMatrix): ClassScores[] {
  return matrix.map((row, i) => {
    const hits = row[i]!;
    const support = total(row);
    const predicted = total(matrix.map((other) => other[i]!));
    return { precision: hits / predicted, recall: hits / support, f1: (2 * hits) / (support + predicted), support };
  });
}

/**
 * Of the examples predicted as a class the part that is: `tp / (tp + fp)`. NaN where there are none.
 *
 * @source https://keras.io/api/metrics/classification_metrics/#precision-class
 */
export const precision = (matrix: ConfusionMatrix, classIndex: number): number => classScores(matrix)[classIndex]?.precision ?? NaN;

/**
 * The part of the examples of a class that was found: `tp / (tp + fn)`. NaN where there are none.
 *
 * @source https://keras.io/api/metrics/classification_metrics/#recall-class
 */
export const recall = (matrix: ConfusionMatrix, classIndex: number): number => classScores(matrix)[classIndex]?.recall ?? NaN;

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
