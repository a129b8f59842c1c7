import { refuseArgument, refuseShape } from '../../errors/refuse.js';
import { literalTensor } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkShape } from '../check.js';
import { checkBoolean, checkOptions } from '../checked.js';
import { checkPair, type Pair } from '../geometry.js';
import { gather } from '../shape/gather.js';
import { checkImage } from './im2col.js';

// Where the pixels of a resized image come from: shared by nearest and bilinear.

export interface ResizeOptions {
  /** Puts the centres of the corner pixels of both images on each other. Default false. */
  readonly alignCorners?: boolean | undefined;
  /** Measures from the centres of pixels, as other libraries do, instead of their corners. Not with `alignCorners`. Default false. */
  readonly halfPixelCenters?: boolean | undefined;
}

/** One axis of a resize. */
export interface ResizeAxis {
  readonly from: number;
  readonly to: number;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Checks the arguments of a resize; the result describes rows and columns. Throws refusals. */
export function resizeAxes(op: string, x: Tensor, size: Pair, options: ResizeOptions): [ResizeAxis, ResizeAxis] {
  checkOptions(op, options, ['alignCorners', 'halfPixelCenters']);
  const { alignCorners = false, halfPixelCenters = false } = options;
  checkBoolean(op, 'alignCorners', alignCorners);
  checkBoolean(op, 'halfPixelCenters', halfPixelCenters);
  if (alignCorners && halfPixelCenters) throw refuseArgument('halfPixelCenters', 'it contradicts `alignCorners`.', 'set at most one of them.');
  checkImage('x', x.type);
  const target = checkPair(op, 'size', size, 0);
  checkShape(op, 'size', [x.shape[0], ...target, x.shape[3]]);
  const axes = ([0, 1] as const).map((axis) => {
    const from = x.shape[axis + 1]!;
    if (from === 0 && target[axis] > 0) throw refuseShape('x', `its ${axis === 0 ? 'height' : 'width'} is 0: there are no pixels to take.`, 'pass images with pixels.');
    return { from, to: target[axis], alignCorners, halfPixelCenters };
  });
  return axes as [ResizeAxis, ResizeAxis];
}

/** Pixels of the input per pixel of the output. */
export const scaleOf = ({ from, to, alignCorners }: ResizeAxis): number => (alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to);

/** The rows or columns of `x` at `indices`; `x` itself where that is all of them in order. */
export function takeAlong(x: Tensor, axis: number, indices: readonly number[]): Tensor {
  const isAll = indices.length === x.shape[axis] && indices.every((at, i) => at === i);
  return isAll ? x : gather(x, literalTensor(indices, [indices.length], 'int32'), { axis });
}
