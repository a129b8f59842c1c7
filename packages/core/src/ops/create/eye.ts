import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../types/dtype.js';
import { checkInteger } from '../check.js';
import { checkOptions } from '../checked.js';
import { cast } from '../elementwise/cast.js';
import { equal } from '../elementwise/equal.js';
import { reshape } from '../shape/reshape.js';
import { arange } from './arange.js';
import { checkedDType } from './check.js';

export interface EyeOptions {
  /** Default: as many as rows. */
  readonly columns?: number;
  /** Default: float32. */
  readonly dtype?: DType;
}

/**
 * A matrix [n, columns] with ones on its diagonal and zeros elsewhere.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a size that is no whole number from 0, an unknown dtype or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/eye
 * @example
 * import { setBackend, eye } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await eye(2, { columns: 3 }).array(); // => [[1, 0, 0], [0, 1, 0]]
 */
export function eye(n: number, options: EyeOptions = {}): Tensor {
  checkOptions('eye', options, ['columns', 'dtype']);
  const { columns = n } = options;
  checkInteger('eye', 'n', n, 0);
  checkInteger('eye', 'columns', columns, 0);
  const rows = reshape(arange(0, n, 1, 'int32'), [n, 1]);
  return cast(equal(rows, arange(0, columns, 1, 'int32')), checkedDType('eye', options.dtype, 'float32'));
}
