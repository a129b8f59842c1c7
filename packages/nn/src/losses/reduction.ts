import { cast, div, mean, mul, notEqual, ones, sum, toTensor, unfoldError, type Tensor, type TensorLike } from '@unfoldjs/core';
import { checkOneOf } from '../check.js';

/**
 * How the losses of single elements become one number:
 * - `sumByNonzeroWeights`: their sum over the number of elements whose weight is not 0 (the mean, without weights)
 * - `mean`: their sum over the sum of the weights
 * - `sum`
 * - `none`: not at all
 */
export type Reduction = 'sumByNonzeroWeights' | 'mean' | 'sum' | 'none';

const reductions = ['sumByNonzeroWeights', 'mean', 'sum', 'none'] as const;

export interface LossOptions {
  /** A factor for each loss, of a shape that broadcasts to theirs. Default: 1 for all. */
  readonly weights?: TensorLike | undefined;
  /** Default: 'sumByNonzeroWeights'. */
  readonly reduction?: Reduction | undefined;
}

export const lossOptions = ['weights', 'reduction'] as const;

/**
 * Losses weighed and reduced.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/compat/v1/losses/compute_weighted_loss
 */
export function reduceLoss(op: string, losses: Tensor, { weights, reduction = 'sumByNonzeroWeights' }: LossOptions): Tensor {
  checkOneOf(op, 'reduction', reduction, reductions);
  const factors = weights === undefined ? null : toTensor(weights, op, 'weights');
  const weighed = factors ? checkedWeights(op, losses, factors) : losses;
  switch (reduction) {
    case 'none':
      return weighed;
    case 'sum':
      return sum(weighed);
    case 'mean':
      return factors ? div(sum(weighed), mul(sum(cast(factors, 'float32')), losses.size / factors.size)) : mean(weighed);
    case 'sumByNonzeroWeights':
      return factors ? div(sum(weighed), sum(cast(notEqual(mul(factors, ones(losses.shape)), 0), 'float32'))) : mean(weighed);
  }
}

function checkedWeights(op: string, losses: Tensor, weights: Tensor): Tensor {
  const lead = losses.rank - weights.rank;
  if (lead >= 0 && weights.shape.every((size, axis) => size === 1 || size === losses.shape[lead + axis])) return mul(losses, weights);
  throw unfoldError({
    code: 'SHAPE_MISMATCH',
    op,
    argument: 'weights',
    problem: `they do not broadcast to the losses, which are [${losses.shape.join(', ')}].`,
    fix: 'pass a weight for each loss, or for each of their last axes.',
    operands: [{ name: 'weights', type: weights.type }],
  });
}

/** Two tensors of one shape, as float32. @throws {UnfoldError} SHAPE_MISMATCH */
export function checkedPair(op: string, labels: TensorLike, predictions: TensorLike, name = 'predictions'): readonly [Tensor, Tensor] {
  const pair = [toTensor(labels, op, 'labels'), toTensor(predictions, op, name)] as const;
  if (pair[0].shape.join() !== pair[1].shape.join()) {
    throw unfoldError({
      code: 'SHAPE_MISMATCH',
      op,
      argument: 'labels',
      problem: `labels and ${name} must have one shape.`,
      fix: `pass a label for each of the ${name}; reshape them where an axis of 1 is too many.`,
      operands: [
        { name: 'labels', type: pair[0].type },
        { name, type: pair[1].type },
      ],
    });
  }
  return [cast(pair[0], 'float32'), cast(pair[1], 'float32')];
}
