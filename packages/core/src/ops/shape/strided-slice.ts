import { refuseArgument, refuseShape } from '../../errors/refuse.js';
import { describe } from '../../tensor/nested.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkInteger } from '../check.js';
import { checked, checkOptions } from '../checked.js';
import { reshape } from './reshape.js';
import { reverseOp } from './reverse.js';
import { sliceBox } from './slice.js';

/** Bit i of a mask speaks of entry i of `begin`, `end` and `strides`. All default to 0. */
export interface StridedSliceOptions {
  /** Entries whose `begin` is ignored: from the first element (from the last, where the stride is negative). */
  readonly beginMask?: number | undefined;
  /** Entries whose `end` is ignored: up to and with the last element (the first, where the stride is negative). */
  readonly endMask?: number | undefined;
  /** The entry that stands for as many whole axes as are left; one at most. */
  readonly ellipsisMask?: number | undefined;
  /** Entries that make a new axis of size 1. */
  readonly newAxisMask?: number | undefined;
  /** Entries that take one element, at `begin`, and drop the axis. */
  readonly shrinkAxisMask?: number | undefined;
}

const maskNames = ['beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'] as const;

/** What becomes of one axis of x: elements `begin`, `begin + stride`, ..., `count` of them; or a new axis. */
interface Cut {
  readonly begin: number;
  readonly count: number;
  readonly stride: number;
  readonly keepsAxis: boolean;
}

type Entry = Cut | 'new axis';

/**
 * Python's `x[begin:end:strides]` along each axis, with TensorFlow's masks: negative indices count from the end, strides may be
 * negative, ends beyond the axis stop at it. Axes without an entry stay whole.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a stride of 0, lists of different lengths, more entries than axes, or a bad mask;
 * SHAPE_MISMATCH where an entry of `shrinkAxisMask` lies outside its axis.
 * @source https://www.tensorflow.org/api_docs/python/tf/strided_slice
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await tensor([1, 2, 3, 4, 5]).stridedSlice([-1], [0], [-2]).data(); // Float32Array [5, 3]
 */
export function stridedSlice(x: TensorLike, begin: readonly number[], end: readonly number[], strides?: readonly number[], options: StridedSliceOptions = {}): Tensor {
  checkOptions('stridedSlice', options, maskNames);
  const tensor = toTensor(x, 'stridedSlice', 'x');
  return checked('stridedSlice', { x: tensor }, () => {
    const entries = entriesOf(tensor.shape, begin, end, strides, options);
    const cuts = entries.filter((entry) => entry !== 'new axis');
    const lowest = cuts.map(({ begin, count, stride }) => (count === 0 ? 0 : stride > 0 ? begin : begin + (count - 1) * stride));
    const box = sliceBox(tensor, lowest, cuts.map(({ count }) => count), cuts.map(({ stride }) => Math.abs(stride)));
    const backward = [...cuts.keys()].filter((axis) => cuts[axis]!.stride < 0 && cuts[axis]!.count > 1);
    const turned = backward.length === 0 ? box : apply(reverseOp, [box], { axes: backward });
    return reshape(turned, entries.flatMap((entry) => (entry === 'new axis' ? [1] : entry.keepsAxis ? [entry.count] : [])));
  });
}

function entriesOf(shape: readonly number[], begin: readonly number[], end: readonly number[], strides: readonly number[] | undefined, options: StridedSliceOptions): Entry[] {
  const steps = strides ?? (Array.isArray(begin) ? begin.map(() => 1) : []);
  for (const [name, list] of Object.entries({ begin, end, strides: steps })) {
    if (!Array.isArray(list)) throw refuseArgument(name, `${describe(list)} is not a list.`, 'pass an array with one entry an axis.');
    if (list.length !== begin.length) throw refuseArgument(name, `it has ${list.length} entries and \`begin\` has ${begin.length}.`, 'give the lists the same length.');
    for (const entry of list) checkInteger('stridedSlice', name, entry);
  }
  const masks = maskNames.map((name) => {
    checkInteger('stridedSlice', name, options[name] ?? 0, 0);
    return options[name] ?? 0;
  });
  const [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] = masks as [number, number, number, number, number];
  const has = (mask: number, i: number): boolean => (mask & (1 << i)) !== 0;

  const ellipses = [...begin.keys()].filter((i) => has(ellipsisMask, i));
  if (ellipses.length > 1) throw refuseArgument('ellipsisMask', `it marks ${ellipses.length} entries.`, 'mark one at most.');
  const consuming = [...begin.keys()].filter((i) => !has(ellipsisMask, i) && !has(newAxisMask, i)).length;
  if (consuming > shape.length) throw refuseArgument('begin', `${consuming} entries are given for ${shape.length} axes.`, 'give at most one an axis.');

  const whole = (dim: number): Cut => ({ begin: 0, count: dim, stride: 1, keepsAxis: true });
  const entries: Entry[] = [];
  let axis = 0;
  for (let i = 0; i < begin.length; i++) {
    if (has(ellipsisMask, i)) {
      const until = axis + shape.length - consuming;
      while (axis < until) entries.push(whole(shape[axis++]!));
    } else if (has(newAxisMask, i)) {
      entries.push('new axis');
    } else if (has(shrinkAxisMask, i)) {
      entries.push(single(begin[i]!, steps[i]!, shape[axis]!, axis));
      axis++;
    } else {
      entries.push(range(has(beginMask, i) ? null : begin[i]!, has(endMask, i) ? null : end[i]!, steps[i]!, shape[axis++]!));
    }
  }
  while (axis < shape.length) entries.push(whole(shape[axis++]!));
  return entries;
}

function single(begin: number, stride: number, dim: number, axis: number): Cut {
  const at = begin < 0 ? begin + dim : begin;
  if (stride <= 0) throw refuseArgument('strides', `an entry of \`shrinkAxisMask\` has the stride ${stride}.`, 'use 1 there.');
  if (at < 0 || at >= dim) throw refuseShape('begin', `element ${begin} is not in axis ${axis}, which has ${dim}.`, 'stay within the axis where `shrinkAxisMask` takes one element.');
  return { begin: at, count: 1, stride: 1, keepsAxis: false };
}

function range(begin: number | null, end: number | null, stride: number, dim: number): Cut {
  if (stride === 0) throw refuseArgument('strides', 'a stride of 0 never arrives.', 'use a stride from 1, or a negative one.');
  const [low, high] = stride > 0 ? [0, dim] : [-1, dim - 1];
  const clamp = (at: number): number => Math.min(Math.max(at < 0 ? at + dim : at, low), high);
  const from = begin === null ? (stride > 0 ? low : high) : clamp(begin);
  const to = end === null ? (stride > 0 ? high : low) : clamp(end);
  return { begin: from, count: Math.max(0, Math.ceil((to - from) / stride)), stride, keepsAxis: true };
}
