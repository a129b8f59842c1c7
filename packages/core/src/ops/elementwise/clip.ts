import { badArgument } from '../../errors/unfold-error.js';
import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { arithmetic, type DType } from '../../types/dtype.js';
import { checkNumber } from '../check.js';
import { checkOptions } from '../checked.js';
import { checkedElement } from '../create/check.js';
import { cast } from './cast.js';
import { equal } from './equal.js';
import { unaryArithmetic } from './families.js';
import { side } from './kinks.js';
import { maximum } from './maximum.js';
import { minimum } from './minimum.js';

export interface ClipOptions {
  /** The lower bound. Default: none. */
  readonly min?: number;
  /** The upper bound. Default: none. */
  readonly max?: number;
}

/** An absent bound is an infinity. */
type ClipAttrs = { min: number; max: number };

export const clipScalar: ScalarForm<ClipAttrs> = ({ min, max }) => (x) => Math.min(Math.max(x, min), max);

export const clipOp = /* @__PURE__ */ unaryArithmetic<ClipAttrs>({
  name: 'clip',
  decompose: ([x], { min, max }) => {
    const raised = min === -Infinity ? x! : maximum(x!, min);
    return max === Infinity ? raised : minimum(raised, max);
  },
  scalar: clipScalar,
});

export const clipGradient: Gradient = ({ inputs: [x], output, dy }) => [side(equal(x!, output), dy, 0)];

/**
 * The elements of `x` cut to `min` and `max`, elementwise; NaN stays NaN. Keeps int32, with whole bounds; bool becomes int32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bound that is no number, or a lower bound above the upper; DATA_MISMATCH for a bound
 * that int32 cannot hold, beside int32.
 * @source https://www.tensorflow.org/api_docs/python/tf/clip_by_value
 * @example
 * import { setBackend, clip } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await clip([-2, 0.5, 9], { min: 0, max: 1 }).array(); // => [0, 0.5, 1]
 */
export function clip(x: TensorLike, options: ClipOptions = {}): Tensor {
  checkOptions('clip', options, ['min', 'max']);
  const tensor = toTensor(x, 'clip', 'x');
  const dtype = arithmetic(tensor.dtype);
  const min = bound('min', options.min, -Infinity, dtype);
  const max = bound('max', options.max, Infinity, dtype);
  if (min > max) {
    throw badArgument('clip', 'min', `${min} is above \`max\`, which is ${max}.`, 'pass `min` below or equal to `max`.');
  }
  const numeric = cast(tensor, dtype);
  return min === -Infinity && max === Infinity ? numeric : apply(clipOp, [numeric], { min, max });
}

function bound(name: string, value: number | undefined, absent: number, dtype: DType): number {
  if (value === undefined || value === absent) return absent;
  checkNumber('clip', name, value);
  return checkedElement('clip', name, value, dtype);
}
