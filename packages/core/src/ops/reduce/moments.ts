import type { TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { cast } from '../elementwise/cast.js';
import { squaredDifference } from '../elementwise/squared-difference.js';
import { reshape } from '../shape/reshape.js';
import { reduceArguments, reducedShape, type ReduceAttrs, type ReduceOptions } from './families.js';
import { meanOf } from './mean.js';

export interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * The mean and the variance (the mean squared distance from the mean) along `axes`, in float32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for axes that do not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/moments
 * @example
 * import { setBackend, moments } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const { mean, variance } = moments([1, 2, 3, 6]);
 * await mean.item(); // => 3
 * await variance.item(); // => 3.5
 */
export function moments(x: TensorLike, options?: ReduceOptions): Moments {
  const { tensor, attrs } = reduceArguments('moments', x, options);
  return momentsOf(cast(tensor, 'float32'), attrs);
}

/** Two passes: the difference of the mean square and the squared mean would lose every digit where the mean is large. */
export function momentsOf(x: Tensor, { axes, keepDims }: ReduceAttrs): Moments {
  const mean = meanOf(x, { axes, keepDims: true });
  const variance = meanOf(squaredDifference(x, mean), { axes, keepDims });
  return { mean: reshape(mean, reducedShape(x.shape, axes, keepDims)), variance };
}
