import { scalarOf } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../types/dtype.js';
import type { Shape } from '../../types/shape.js';
import { checkShape } from '../check.js';
import { broadcastTo } from '../shape/broadcast.js';
import { checkedDType, checkedElement } from './check.js';

/**
 * A tensor of `shape` whose every element is `value`. A number becomes float32, a boolean bool, unless `dtype` says otherwise.
 * It owns no memory until it is realised.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad shape or dtype; DATA_MISMATCH for a value that the dtype cannot hold.
 * @source https://www.tensorflow.org/api_docs/python/tf/fill
 * @example
 * import { setBackend, full } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await full([2, 2], 7).array(); // => [[7, 7], [7, 7]]
 */
export function full(shape: Shape, value: number | boolean, dtype?: DType): Tensor {
  return filled('full', shape, value, checkedDType('full', dtype, typeof value === 'boolean' ? 'bool' : 'float32'));
}

/** `full` under the name of the function that was called. */
export function filled(op: string, shape: Shape, value: unknown, dtype: DType): Tensor {
  checkShape(op, 'shape', shape);
  return broadcastTo(scalarOf(checkedElement(op, 'value', value, dtype), dtype), shape);
}
