import { add, div, maximum, mul, sqrt, square, sum, type Tensor } from '@unfoldjs/core';
import { mapParams, namedParameters } from '../params.js';
import type { Params } from '../types.js';

/**
 * The euclidean norm of all elements of all parameters together; a scalar.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/linalg/global_norm
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { globalNorm } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * await globalNorm({ kernel: tensor([3, 0]), bias: tensor([4]) }).item(); // 5
 */
export function globalNorm(params: Params): Tensor {
  const squares = namedParameters(params).map(({ tensor }) => sum(square(tensor)));
  return sqrt(squares.reduce((total, each) => add(total, each)));
}

/**
 * Gradients scaled by `norm / max(norm, globalNorm)`: their global norm is at most `norm`, their direction stays.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/clip_by_global_norm
 */
export function clipByGlobalNorm(gradients: Params, norm: number): Params {
  if (namedParameters(gradients).length === 0) return gradients;
  const factor = div(norm, maximum(globalNorm(gradients), norm));
  return mapParams(gradients, (gradient) => mul(gradient, factor));
}
