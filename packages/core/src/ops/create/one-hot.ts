import { unfoldError } from '../../errors/unfold-error.js';
import { scalarOf, type TensorLike } from '../../tensor/operand.js';
import { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../types/dtype.js';
import { checkInteger } from '../check.js';
import { checkOptions } from '../checked.js';
import { equal } from '../elementwise/equal.js';
import { where } from '../elementwise/where.js';
import { reshape } from '../shape/reshape.js';
import { arange } from './arange.js';
import { checkedDType, checkedElement } from './check.js';
import { tensor } from './tensor.js';

export interface OneHotOptions {
  /** Default: 1. */
  readonly onValue?: number;
  /** Default: 0. */
  readonly offValue?: number;
  /** Default: float32. */
  readonly dtype?: DType;
}

/**
 * A new last axis of size `depth`: `onValue` at the index, `offValue` elsewhere. An index outside of 0 to `depth - 1` gives a line
 * of `offValue`. Numbers and arrays are taken as int32.
 *
 * @throws {UnfoldError} DTYPE_MISMATCH for indices that are not int32; INVALID_ARGUMENT for a depth that is no whole number from 0,
 * an unknown dtype or unknown options; DATA_MISMATCH for values that the dtype cannot hold.
 * @source https://www.tensorflow.org/api_docs/python/tf/one_hot
 * @example
 * import { setBackend, oneHot } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await oneHot([1, 0], 3).array(); // => [[0, 1, 0], [1, 0, 0]]
 */
export function oneHot(indices: TensorLike, depth: number, options: OneHotOptions = {}): Tensor {
  checkOptions('oneHot', options, ['onValue', 'offValue', 'dtype']);
  checkInteger('oneHot', 'depth', depth, 0);
  const { onValue = 1, offValue = 0 } = options;
  const dtype = checkedDType('oneHot', options.dtype, 'float32');
  const at = indices instanceof Tensor ? indices : tensor(indices, undefined, 'int32');
  if (at.dtype !== 'int32') {
    throw unfoldError({
      code: 'DTYPE_MISMATCH',
      op: 'oneHot',
      argument: 'indices',
      problem: `they are ${at.dtype}.`,
      fix: "cast them first: `indices.cast('int32')`.",
      operands: [{ name: 'indices', type: at.type }],
    });
  }
  const isHot = equal(reshape(at, [...at.shape, 1]), arange(0, depth, 1, 'int32'));
  const value = (name: string, given: number): Tensor => scalarOf(checkedElement('oneHot', name, given, dtype), dtype);
  return where(isHot, value('onValue', onValue), value('offValue', offValue));
}
