import type { Kernel } from '../../backend/kernel.js';
import { refuseArgument, refuseShape } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape, sameShape, stridesOf, type Shape } from '../../types/shape.js';
import { checkInteger } from '../check.js';
import { checked } from '../checked.js';
import { copyStrided } from './copy-strided.js';
import { pad } from './pad.js';
import { reshape } from './reshape.js';

/** Element i of the result along an axis is element `begin + i * stride` of x; strides are from 1. */
export type SliceAttrs = { readonly begin: readonly number[]; readonly size: readonly number[]; readonly strides: readonly number[] };

export const sliceReference: Kernel<SliceAttrs> = ({ attrs: { begin, size, strides }, inputs: [x], output }) => {
  const steps = stridesOf(x!.type.shape);
  const offset = begin.reduce((sum, at, axis) => sum + at * steps[axis]!, 0);
  copyStrided(
    size,
    { data: x!.data, offset, strides: steps.map((step, axis) => step * strides[axis]!) },
    { data: output.data, strides: stridesOf(size) },
  );
};

export const sliceOp = /* @__PURE__ */ defineOp<SliceAttrs>({
  name: 'slice',
  args: ['x'],
  infer: ([x], { begin, size, strides }) => {
    const { dtype, shape } = x!;
    if (begin.length !== shape.length || size.length !== shape.length || strides.length !== shape.length) {
      throw refuseArgument('begin', `\`begin\`, \`size\` and \`strides\` have ${begin.length}, ${size.length} and ${strides.length} entries for ${shape.length} axes.`, 'give one entry an axis.');
    }
    for (const [axis, dim] of shape.entries()) {
      const last = begin[axis]! + (size[axis]! - 1) * strides[axis]!;
      if (begin[axis]! < 0 || begin[axis]! > dim || (size[axis]! > 0 && last >= dim)) {
        throw refuseShape(
          begin[axis]! < 0 || begin[axis]! > dim ? 'begin' : 'size',
          `along axis ${axis} it would read elements ${begin[axis]} to ${last}, and there are ${dim}.`,
          'stay within the axis; a size of -1 means "to the end".',
        );
      }
    }
    return { dtype, shape: size };
  },
});

export const sliceGradient: Gradient<SliceAttrs> = ({ inputs: [x], attrs: { begin, strides }, dy }) => [
  placed(dy, x!.shape, begin, strides),
];

/** The adjoint of slicing: `dy` put back to where it was read in zeros of `shape`, with zeros between its elements where they were `strides` apart. */
function placed(dy: Tensor, shape: Shape, begin: readonly number[], strides: readonly number[]): Tensor {
  const apart = reshape(dy, dy.shape.flatMap((dim) => [dim, 1]));
  const spread = reshape(pad(apart, strides.flatMap((stride) => [[0, 0], [0, stride - 1]] as const)), dy.shape.map((dim, axis) => dim * strides[axis]!));
  const room = shape.map((dim, axis) => dim - begin[axis]!);
  const cut = sliceBox(spread, begin.map(() => 0), spread.shape.map((dim, axis) => Math.min(dim, room[axis]!)));
  return pad(cut, cut.shape.map((dim, axis) => [begin[axis]!, room[axis]! - dim] as const));
}

/** A box of `x` with steps: for functions that have checked their arguments. `x` itself where the box is all of it. */
export function sliceBox(x: Tensor, begin: readonly number[], size: readonly number[], strides: readonly number[] = begin.map(() => 1)): Tensor {
  const isAll = sameShape(size, x.shape) && begin.every((at) => at === 0);
  return isAll ? x : apply(sliceOp, [x], { begin: [...begin], size: [...size], strides: [...strides] });
}

/**
 * The box of `x` that starts at `begin` and has `size` elements along each axis; a size of -1 (the default) means "to the end".
 * Lists shorter than the rank leave the last axes whole; a lone number is the first axis.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the box leaves the tensor; INVALID_ARGUMENT for lists longer than the rank, negative
 * or fractional entries (negative indices and steps: `stridedSlice`).
 * @source https://www.tensorflow.org/api_docs/python/tf/slice
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await tensor([[1, 2, 3], [4, 5, 6]]).slice([0, 1], [-1, 2]).array(); // [[2, 3], [5, 6]]
 */
export function slice(x: TensorLike, begin: number | readonly number[], size: number | readonly number[] = []): Tensor {
  const tensor = toTensor(x, 'slice', 'x');
  return checked('slice', { x: tensor }, () => {
    const from = entries('begin', begin, tensor.rank, 0);
    const counts = entries('size', size, tensor.rank, -1);
    for (const at of from) checkInteger('slice', 'begin', at, 0);
    for (const count of counts) checkInteger('slice', 'size', count, -1);
    return sliceBox(tensor, from, counts.map((count, axis) => (count === -1 ? Math.max(0, tensor.shape[axis]! - from[axis]!) : count)));
  });
}

/** A number or a short list as one entry an axis. */
function entries(argument: string, value: number | readonly number[], rank: number, rest: number): number[] {
  const list = Array.isArray(value) ? (value as readonly number[]) : [value as number];
  if (list.length > rank) throw refuseArgument(argument, `${formatShape(list)} has more entries than \`x\` has axes.`, `pass at most ${rank}.`);
  return Array.from({ length: rank }, (_, axis) => (axis < list.length ? list[axis]! : rest));
}
