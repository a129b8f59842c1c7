import { unfoldError } from '@unfoldjs/core';
import type { Dataset } from '../data/dataset.js';

/** What a model said about a dataset. */
export interface Evaluation {
  readonly dataset: Dataset;
  /** One score for each image and class, [N, classes] row-major: logits or probabilities. */
  readonly scores: Float32Array;
  /** What the scores are. Default: 'logits'. */
  readonly kind?: 'logits' | 'probabilities' | undefined;
}

/** A picture that was taken for something else. */
export interface Mistake {
  /** Position in the dataset. */
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** The probability of the wrong class, 0 to 1. */
  readonly confidence: number;
}

export interface Findings {
  readonly accuracy: number;
  /** [true class][predicted class] */
  readonly confusion: readonly (readonly number[])[];
  /** The surest first. */
  readonly mistakes: readonly Mistake[];
}

/**
 * Accuracy, confusion matrix and mistakes of scores.
 *
 * @throws {UnfoldError} DATA_MISMATCH where there is not one score for each image and class.
 */
export function findingsOf({ dataset: { labels, classes }, scores, kind = 'logits' }: Evaluation): Findings {
  const count = classes.length;
  if (scores.length !== labels.length * count) {
    throw unfoldError({ code: 'DATA_MISMATCH', op: 'trainingReport', argument: 'scores', problem: `${scores.length} scores are not ${labels.length} images times ${count} classes.`, fix: 'pass what `predict` gave for this dataset.' });
  }
  const confusion = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  const mistakes: Mistake[] = [];
  labels.forEach((label, index) => {
    const row = scores.subarray(index * count, (index + 1) * count);
    const predicted = row.reduce((best, score, i) => (score > row[best]! ? i : best), 0);
    confusion[label]![predicted]!++;
    if (predicted !== label) mistakes.push({ index, label, predicted, confidence: kind === 'logits' ? softmaxAt(row, predicted) : row[predicted]! });
  });
  mistakes.sort((a, b) => b.confidence - a.confidence);
  return { accuracy: labels.length === 0 ? NaN : 1 - mistakes.length / labels.length, confusion, mistakes };
}

const softmaxAt = (logits: Float32Array, index: number): number => 1 / logits.reduce((sum, logit) => sum + Math.exp(logit - logits[index]!), 0);
