import { badArgument } from '../../errors/unfold-error.js';
import { rangeOp } from '../../expr/leaves.js';
import { apply } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../types/dtype.js';
import { checkFinite, checkShape } from '../check.js';
import { checkedDType, checkedElement } from './check.js';

/**
 * `start, start + step, ...` up to but without `stop`, along one axis; with one argument `0, 1, ...` up to it. `step` is 1 and
 * `dtype` float32 by default. Empty where `stop` does not lie ahead.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a number that is not finite, a step of 0 or dtype bool; DATA_MISMATCH for fractions as
 * int32.
 * @source https://www.tensorflow.org/api_docs/python/tf/range
 * @example
 * import { setBackend, arange } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await arange(4).data(); // => Float32Array [0, 1, 2, 3]
 * await arange(6, 0, -2, 'int32').data(); // => Int32Array [6, 4, 2]
 */
export function arange(start: number, stop?: number, step = 1, dtype?: DType): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const own = checkedDType('arange', dtype, 'float32');
  checkFinite('arange', 'start', from);
  checkFinite('arange', stop === undefined ? 'start' : 'stop', to);
  checkFinite('arange', 'step', step);
  if (step === 0 || own === 'bool') {
    throw badArgument(
      'arange',
      step === 0 ? 'step' : 'dtype',
      step === 0 ? 'a step of 0 never arrives.' : 'bool has only two values.',
      step === 0 ? 'use a step other than 0.' : "use 'float32' or 'int32'.",
    );
  }
  const size = Math.max(0, Math.ceil((to - from) / step));
  checkShape('arange', 'stop', [size]);
  if (size > 0) for (const [name, value] of [['start', from], ['step', step], ['stop', from + (size - 1) * step]] as const) checkedElement('arange', name, value, own);
  return apply(rangeOp, [], { start: from, step, size, dtype: own });
}
