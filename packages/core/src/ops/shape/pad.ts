import type { Kernel } from '../../backend/kernel.js';
import { refuseArgument, refuseShape } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { describe } from '../../tensor/nested.js';
import { apply, literalTensor, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { stridesOf } from '../../types/shape.js';
import type { Pair } from '../geometry.js';
import { checkInteger } from '../check.js';
import { checked, checkOneOf, checkOptions } from '../checked.js';
import { copyStrided } from './copy-strided.js';
import { gather } from './gather.js';
import { sliceBox } from './slice.js';

export type PadAttrs = { readonly paddings: readonly Pair[]; readonly value: number };

export const padReference: Kernel<PadAttrs> = ({ attrs: { paddings, value }, inputs: [x], output }) => {
  const strides = stridesOf(output.type.shape);
  const offset = paddings.reduce((sum, [before], axis) => sum + before * strides[axis]!, 0);
  output.data.fill(value);
  copyStrided(x!.type.shape, { data: x!.data, strides: stridesOf(x!.type.shape) }, { data: output.data, offset, strides });
};

export const padOp = /* @__PURE__ */ defineOp<PadAttrs>({
  name: 'pad',
  args: ['x'],
  infer: ([x], { paddings }) => {
    const { dtype, shape } = x!;
    if (paddings.length !== shape.length) throw refuseArgument('paddings', `${paddings.length} pairs are given for ${shape.length} axes.`, 'give a pair [before, after] for every axis.');
    if (paddings.some(([before, after]) => before < 0 || after < 0)) throw refuseArgument('paddings', 'one of them is negative.', 'cut with `slice`.');
    return { dtype, shape: shape.map((dim, axis) => paddings[axis]![0] + dim + paddings[axis]![1]) };
  },
});

export const padGradient: Gradient<PadAttrs> = ({ inputs: [x], attrs: { paddings }, dy }) => [
  sliceBox(dy, paddings.map(([before]) => before), x!.shape),
];

/** What lies outside: a constant, the mirror image without or with the edge itself, the edge, or the other end. */
export type PadMode = 'constant' | 'reflect' | 'symmetric' | 'edge' | 'wrap';

export interface PadOptions {
  /** Default 'constant'. */
  readonly mode?: PadMode | undefined;
  /** The constant of mode 'constant'. Default 0. */
  readonly value?: number | undefined;
}

/**
 * `x` with `paddings[axis] = [before, after]` elements more along each axis, filled by `mode`: `'constant'` with `value`,
 * `'reflect'` with the mirror image without the edge (at most size - 1), `'symmetric'` with the mirror image (at most size), `'edge'`
 * with the nearest element, `'wrap'` from the other end.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for anything but a pair of whole numbers from 0 for every axis, an unknown mode, or a value
 * that the dtype cannot hold; SHAPE_MISMATCH where there is too little to mirror or to repeat.
 * @source https://www.tensorflow.org/api_docs/python/tf/pad
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await tensor([1, 2, 3]).pad([[2, 1]], { mode: 'reflect' }).data(); // Float32Array [3, 2, 1, 2, 3, 2]
 */
export function pad(x: TensorLike, paddings: readonly Pair[], options: PadOptions = {}): Tensor {
  checkOptions('pad', options, ['mode', 'value']);
  const { mode = 'constant', value = 0 } = options;
  checkOneOf('pad', 'mode', mode, ['constant', 'reflect', 'symmetric', 'edge', 'wrap']);
  const tensor = toTensor(x, 'pad', 'x');
  return checked('pad', { x: tensor }, () => {
    const pairs = checkPaddings(paddings, tensor.rank);
    checkValue(value, tensor);
    if (pairs.every(([before, after]) => before === 0 && after === 0)) return tensor;
    if (mode === 'constant') return apply(padOp, [tensor], { paddings: pairs, value });
    return pairs.reduce<Tensor>((padded, pair, axis) => padByIndex(padded, axis, pair, mode), tensor);
  });
}

function checkPaddings(paddings: unknown, rank: number): Pair[] {
  const isPairs = Array.isArray(paddings) && paddings.every((pair) => Array.isArray(pair) && pair.length === 2);
  if (!isPairs) throw refuseArgument('paddings', `${describe(paddings)} is not a list of pairs.`, 'pass [[before, after], ...], one pair an axis.');
  if (paddings.length !== rank) throw refuseArgument('paddings', `${paddings.length} pairs are given for ${rank} axes.`, 'give a pair [before, after] for every axis; [0, 0] leaves one as it is.');
  for (const entry of (paddings as Pair[]).flat()) checkInteger('pad', 'paddings', entry, 0);
  return (paddings as Pair[]).map(([before, after]) => [before, after] as const);
}

function checkValue(value: unknown, { dtype }: Tensor): void {
  if (typeof value !== 'number') throw refuseArgument('value', `${describe(value)} is not a number.`, 'pass a number.');
  if (dtype === 'int32' && value !== (value | 0)) throw refuseArgument('value', `${value} is not an int32 number, and \`x\` is int32.`, "use a whole number, or cast: `x.cast('float32')`.");
  if (dtype === 'bool' && value !== 0 && value !== 1) throw refuseArgument('value', `${value} is neither 0 nor 1, and \`x\` is bool.`, 'use 0 or 1.');
}

/** One axis padded with elements of itself. */
function padByIndex(x: Tensor, axis: number, [before, after]: Pair, mode: Exclude<PadMode, 'constant'>): Tensor {
  if (before === 0 && after === 0) return x;
  const size = x.shape[axis]!;
  const most = { reflect: size - 1, symmetric: size, edge: size === 0 ? 0 : Infinity, wrap: size === 0 ? 0 : Infinity }[mode];
  if (Math.max(before, after) > most) {
    throw refuseShape('paddings', `[${before}, ${after}] is more than mode '${mode}' can fill along axis ${axis}, which has ${size} elements.`, `use at most ${Math.max(0, most)}, or mode 'constant'.`);
  }
  const indices = Array.from({ length: before + size + after }, (_, i) => sourceIndex(i - before, size, mode));
  return gather(x, literalTensor(indices, [indices.length], 'int32'), { axis });
}

function sourceIndex(at: number, size: number, mode: Exclude<PadMode, 'constant'>): number {
  if (at >= 0 && at < size) return at;
  switch (mode) {
    case 'reflect':
      return at < 0 ? -at : 2 * (size - 1) - at;
    case 'symmetric':
      return at < 0 ? -1 - at : 2 * size - 1 - at;
    case 'edge':
      return at < 0 ? 0 : size - 1;
    case 'wrap':
      return ((at % size) + size) % size;
  }
}
