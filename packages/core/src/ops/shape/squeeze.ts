import { refuseShape } from '../../errors/refuse.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape } from '../../types/shape.js';
import { checkAxes } from '../check.js';
import { checked } from '../checked.js';
import { reshape } from './reshape.js';

/**
 * `x` without axes of size 1: the given ones (a number or a list, negative ones counted from the end), by default all. Costs
 * nothing.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where a given axis has not size 1; INVALID_ARGUMENT for an axis that does not exist.
 * @source https://www.tensorflow.org/api_docs/python/tf/squeeze
 */
export function squeeze(x: TensorLike, axes?: number | readonly number[]): Tensor {
  const tensor = toTensor(x, 'squeeze', 'x');
  const { shape } = tensor;
  const gone = axes === undefined ? [...shape.keys()].filter((axis) => shape[axis] === 1) : checkAxes('squeeze', 'axes', axes, tensor.rank);
  const large = gone.find((axis) => shape[axis] !== 1);
  return checked('squeeze', { x: tensor }, () => {
    if (large !== undefined) throw refuseShape('axes', `axis ${large} of ${formatShape(shape)} has size ${shape[large]}.`, 'name axes of size 1 only.');
    return reshape(tensor, shape.filter((_, axis) => !gone.includes(axis)));
  });
}
