import { refuseShape } from '../errors/refuse.js';
import { badArgument } from '../errors/unfold-error.js';
import { describe } from '../tensor/nested.js';
import { checkInteger } from './check.js';

// The arithmetic of sliding windows: output sizes, padding, ceil mode. It stands here and nowhere else.

/** Height then width; or before then after. */
export type Pair = readonly [number, number];

/** Rows and columns of padding: [[top, bottom], [left, right]]. */
export type Pairs = readonly [Pair, Pair];

/** Channels last, or channels before the rows. */
export type DataFormat = 'NHWC' | 'NCHW';

/**
 * How far windows may reach over the edge. 'valid': not at all. 'same': the output has ceil(input / stride) places, the odd pixel
 * of padding at the bottom and right ('same_lower': at the top and left). A number: that many pixels on all sides.
 * [[top, bottom], [left, right]], or TensorFlow's four pairs with [0, 0] for batch and channels.
 */
export type Padding = 'same' | 'valid' | 'SAME' | 'VALID' | 'same_lower' | number | Pairs | readonly [Pair, Pair, Pair, Pair];

/** Windows that slide over rows and columns; `padding` is resolved to pixels. */
export type WindowAttrs = { readonly window: Pair; readonly strides: Pair; readonly dilations: Pair; readonly padding: Pairs };

/** Pixels from the first to the last element of a window. */
export const extentOf = (window: number, dilation: number): number => (window - 1) * dilation + 1;

/** A positive whole number, or a pair of them, as a pair. @throws {UnfoldError} INVALID_ARGUMENT */
export function checkPair(op: string, argument: string, value: unknown, min = 1): Pair {
  if (Array.isArray(value) && value.length !== 2) {
    throw badArgument(op, argument, `${describe(value)} is not a pair.`, 'pass one number for both, or [height, width].');
  }
  if (value === undefined || value === null) {
    throw badArgument(op, argument, 'it is missing.', 'pass one number for both, or [height, width].');
  }
  const [height, width] = (Array.isArray(value) ? value : [value, value]) as [unknown, unknown];
  checkInteger(op, argument, height, min);
  checkInteger(op, argument, width, min);
  return [height, width];
}

/**
 * Padding as a user writes it, in pixels for an input of a given size.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an unknown word, negative or fractional pixels, padding of batch or channels.
 */
export function resolvePadding(op: string, padding: unknown, input: Pair, { window, strides, dilations }: Omit<WindowAttrs, 'padding'>, dataFormat: DataFormat = 'NHWC'): Pairs {
  switch (padding) {
    case 'valid':
    case 'VALID':
      return [[0, 0], [0, 0]];
    case 'same':
    case 'SAME':
    case 'same_lower':
      return perAxis((axis) => samePadding(input[axis], extentOf(window[axis], dilations[axis]), strides[axis], padding === 'same_lower'));
  }
  if (typeof padding === 'number') {
    checkInteger(op, 'padding', padding, 0);
    return [[padding, padding], [padding, padding]];
  }
  return explicitPadding(op, padding, dataFormat);
}

const perAxis = <T>(make: (axis: 0 | 1) => T): readonly [T, T] => [make(0), make(1)];

/** The padding with which ceil(input / stride) windows fit. */
function samePadding(input: number, extent: number, stride: number, isLower: boolean): Pair {
  const total = Math.max((Math.ceil(input / stride) - 1) * stride + extent - input, 0);
  const less = Math.floor(total / 2);
  return isLower ? [total - less, less] : [less, total - less];
}

function explicitPadding(op: string, padding: unknown, dataFormat: DataFormat): Pairs {
  const isPairs = Array.isArray(padding) && (padding.length === 2 || padding.length === 4) && padding.every((pair) => Array.isArray(pair) && pair.length === 2);
  if (!isPairs) {
    throw badArgument(
      op,
      'padding',
      `${Array.isArray(padding) ? JSON.stringify(padding) : describe(padding)} is not a padding.`,
      "use 'same', 'valid', 'same_lower', a number of pixels, or [[top, bottom], [left, right]].",
    );
  }
  const pairs = padding as [number, number][];
  for (const pixels of pairs.flat()) checkInteger(op, 'padding', pixels, 0);
  const first = pairs.length === 2 ? 0 : dataFormat === 'NHWC' ? 1 : 2;
  const [top, bottom] = pairs[first]!;
  const [left, right] = pairs[first + 1]!;
  const others = pairs.filter((_, i) => i !== first && i !== first + 1).flat();
  if (others.some((pixels) => pixels !== 0)) {
    throw badArgument(op, 'padding', 'batch or channels are padded.', `pass [0, 0] for both in the order of ${dataFormat}.`);
  }
  return [[top!, bottom!], [left!, right!]];
}

/**
 * How many windows fit along an axis; null where not even one does. With `ceilMode`, as ONNX defines it, a last window may reach
 * over the padded end as long as it starts before it.
 */
export function windowCount(input: number, extent: number, stride: number, [before, after]: Pair, ceilMode = false): number | null {
  const room = input + before + after - extent;
  if (!ceilMode) return room >= 0 ? Math.floor(room / stride) + 1 : input === 0 ? 0 : null;
  const count = Math.ceil(room / stride) + 1;
  const starts = (count - 1) * stride >= input + before ? count - 1 : count;
  return starts > 0 ? starts : input === 0 ? 0 : null;
}

/** Rows and columns of windows over an input. Throws a refusal where a window does not fit. */
export function windowCounts(input: Pair, { window, strides, dilations, padding }: WindowAttrs, ceilMode = false): Pair {
  return perAxis((axis) => {
    const extent = extentOf(window[axis], dilations[axis]);
    const count = windowCount(input[axis], extent, strides[axis], padding[axis], ceilMode);
    if (count !== null) return count;
    const [before, after] = padding[axis];
    throw refuseShape(
      'x',
      `a window of ${extent} pixels${dilations[axis] > 1 ? ` (${window[axis]} dilated by ${dilations[axis]})` : ''} does not fit in its ${axis === 0 ? 'height' : 'width'} of ${input[axis]}${before + after > 0 ? ` padded by [${before}, ${after}]` : ''}.`,
      "use a smaller window, a larger input, or padding: 'same'.",
    );
  });
}

/** The padding with the end moved so that exactly `counts` windows fit: ceil mode reaches over it, or leaves a part of it out. */
export function coveringPadding(input: Pair, attrs: WindowAttrs, counts: Pair): Pairs {
  return perAxis((axis) => {
    const [before] = attrs.padding[axis];
    const reach = (counts[axis] - 1) * attrs.strides[axis] + extentOf(attrs.window[axis], attrs.dilations[axis]);
    return [before, Math.max(0, reach - input[axis] - before)] as const;
  });
}

/** How many positions of each window along an axis lie in [low, high): the pixels that an average counts. */
export function coveredPositions(count: number, window: number, stride: number, dilation: number, before: number, low: number, high: number): number[] {
  return Array.from({ length: count }, (_, o) => {
    let inside = 0;
    for (let k = 0; k < window; k++) {
      const at = o * stride - before + k * dilation;
      if (at >= low && at < high) inside++;
    }
    return inside;
  });
}

/** The smallest input from which windows have `counts` places, and `more` pixels: what a transposed convolution gives. */
export function transposedSize(counts: Pair, { window, strides, dilations, padding }: WindowAttrs, more: Pair): Pair {
  return perAxis((axis) => {
    const [before, after] = padding[axis];
    return counts[axis] === 0 ? 0 : (counts[axis] - 1) * strides[axis] + extentOf(window[axis], dilations[axis]) - before - after + more[axis];
  });
}
