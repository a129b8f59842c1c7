import { scalarOf } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../types/dtype.js';
import { checkedDType, checkedElement } from './check.js';

/**
 * A tensor of shape `[]`. A number becomes float32, a boolean bool, unless `dtype` says otherwise. It is part of the program's
 * structure: programs that differ in it are compiled apart. For a value that changes from run to run use `tensor(value)`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an unknown dtype; DATA_MISMATCH for a value that the dtype cannot hold.
 * @source https://js.tensorflow.org/api/latest/#scalar
 */
export function scalar(value: number | boolean, dtype?: DType): Tensor {
  const own = checkedDType('scalar', dtype, typeof value === 'boolean' ? 'bool' : 'float32');
  return scalarOf(checkedElement('scalar', 'value', value, own), own);
}
