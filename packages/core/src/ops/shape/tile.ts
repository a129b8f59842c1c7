import { refuseArgument } from '../../errors/refuse.js';
import { describe } from '../../tensor/nested.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkInteger, checkShape } from '../check.js';
import { checked } from '../checked.js';
import { broadcastTo } from './broadcast.js';
import { reshape } from './reshape.js';

/**
 * `x` repeated `reps[axis]` times along each axis.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for anything but a whole number from 0 for every axis.
 * @source https://www.tensorflow.org/api_docs/python/tf/tile
 */
export function tile(x: TensorLike, reps: readonly number[]): Tensor {
  const tensor = toTensor(x, 'tile', 'x');
  return checked('tile', { x: tensor }, () => {
    if (!Array.isArray(reps) || reps.length !== tensor.rank) {
      throw refuseArgument('reps', `${Array.isArray(reps) ? `${reps.length} repetitions are` : `${describe(reps)} is`} given for ${tensor.rank} axes.`, 'pass a list with one whole number for every axis.');
    }
    for (const times of reps) checkInteger('tile', 'reps', times, 0);
    checkShape('tile', 'reps', tensor.shape.map((dim, axis) => dim * reps[axis]!));
    const apart = reshape(tensor, tensor.shape.flatMap((dim) => [1, dim]));
    return reshape(broadcastTo(apart, tensor.shape.flatMap((dim, axis) => [reps[axis]!, dim])), tensor.shape.map((dim, axis) => dim * reps[axis]!));
  });
}
