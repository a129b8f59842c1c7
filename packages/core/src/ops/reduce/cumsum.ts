import type { Kernel } from '../../backend/kernel.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { arithmetic } from '../../types/dtype.js';
import { sizeOf } from '../../types/shape.js';
import { checkAxis } from '../check.js';
import { checkBoolean, checkOptions } from '../checked.js';
import { add } from '../elementwise/add.js';
import { cast } from '../elementwise/cast.js';
import { pad } from '../shape/pad.js';
import { sliceBox } from '../shape/slice.js';

export interface CumsumOptions {
  /** The axis to add along, a negative one counted from the end. Default: 0. */
  readonly axis?: number;
  /** Leaves each element out of its own sum. Default: false. */
  readonly exclusive?: boolean;
  /** Adds from the end. Default: false. */
  readonly reverse?: boolean;
}

type CumsumAttrs = { axis: number; exclusive: boolean; reverse: boolean };

export const cumsumReference: Kernel<CumsumAttrs> = ({ attrs, inputs, output }) => {
  const { data, type } = inputs[0]!;
  const size = type.shape[attrs.axis]!;
  const inner = sizeOf(type.shape.slice(attrs.axis + 1));
  const isWhole = type.dtype === 'int32';
  for (let line = 0; line < data.length / Math.max(1, size); line++) {
    const start = Math.floor(line / inner) * size * inner + (line % inner);
    let sum = 0;
    for (let k = 0; k < size; k++) {
      const at = start + (attrs.reverse ? size - 1 - k : k) * inner;
      const next = isWhole ? (sum + data[at]!) | 0 : sum + data[at]!;
      output.data[at] = attrs.exclusive ? sum : next;
      sum = next;
    }
  }
};

/** `x` moved by `distance` along an axis, toward its end (or, reversed, its beginning); `unit` comes in. */
function shifted(x: Tensor, { axis, reverse }: CumsumAttrs, distance: number, unit: number): Tensor {
  const kept = x.shape.map((dim, i) => (i === axis ? dim - distance : dim));
  const begin = x.shape.map((_, i) => (i === axis && reverse ? distance : 0));
  const room = reverse ? ([0, distance] as const) : ([distance, 0] as const);
  const paddings = x.shape.map((_, i) => (i === axis ? room : ([0, 0] as const)));
  return pad(sliceBox(x, begin, kept), paddings, { value: unit });
}

/** After the step of distance d each element combines the last 2 d: Hillis and Steele's scan, log2(size) steps deep. */
export function scan(x: Tensor, attrs: CumsumAttrs, combine: (a: Tensor, b: Tensor) => Tensor, unit: number): Tensor {
  const size = x.shape[attrs.axis]!;
  let folded = attrs.exclusive && size > 0 ? shifted(x, attrs, 1, unit) : x;
  for (let distance = 1; distance < size; distance *= 2) folded = combine(folded, shifted(folded, attrs, distance, unit));
  return folded;
}

export const cumsumOp = /* @__PURE__ */ defineOp<CumsumAttrs>({
  name: 'cumsum',
  args: ['x'],
  infer: ([x]) => x!,
  decompose: ([x], attrs) => scan(x!, attrs, add, 0),
  flops: ([x]) => sizeOf(x!.shape),
});

export const cumsumGradient: Gradient<CumsumAttrs> = ({ attrs, dy }) => [apply(cumsumOp, [dy], { ...attrs, reverse: !attrs.reverse })];

/**
 * At each element the sum of it and of all before it along `axis`. int32 wraps on overflow; bool counts as int32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an axis that does not exist or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/cumsum; W. D. Hillis and G. L. Steele, Data parallel algorithms (1986), for the decomposition
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await tensor([1, 2, 3]).cumsum().data(); // => Float32Array [1, 3, 6]
 * await tensor([1, 2, 3]).cumsum({ exclusive: true, reverse: true }).data(); // => Float32Array [5, 3, 0]
 */
export function cumsum(x: TensorLike, options: CumsumOptions = {}): Tensor {
  checkOptions('cumsum', options, ['axis', 'exclusive', 'reverse']);
  const tensor = toTensor(x, 'cumsum', 'x');
  const { exclusive = false, reverse = false } = options;
  checkBoolean('cumsum', 'exclusive', exclusive);
  checkBoolean('cumsum', 'reverse', reverse);
  const axis = checkAxis('cumsum', 'axis', options.axis ?? 0, tensor.rank);
  return apply(cumsumOp, [cast(tensor, arithmetic(tensor.dtype))], { axis, exclusive, reverse });
}
