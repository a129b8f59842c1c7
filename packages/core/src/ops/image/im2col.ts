import type { Kernel } from '../../backend/kernel.js';
import { refuseShape } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { checked, checkOptions } from '../checked.js';
import { col2imOp } from './col2im.js';
import { checkPair, resolvePadding, windowCounts, type Padding, type Pair, type WindowAttrs } from '../geometry.js';

/** The patch of every place, its elements in the order (row, column, channel); zeros outside of the image. */
export const im2colReference: Kernel<WindowAttrs> = ({ attrs, inputs: [x], output }) => {
  const [, height, width, channels] = x!.type.shape as readonly [number, number, number, number];
  const out = output.data;
  let at = 0;
  forEachPixelOfPatches(attrs, x!.type, output.type, (n, row, column) => {
    const isInside = row >= 0 && row < height && column >= 0 && column < width;
    const from = ((n * height + row) * width + column) * channels;
    for (let c = 0; c < channels; c++) out[at++] = isInside ? x!.data[from + c]! : 0;
  });
};

/** Visits the pixels of all patches in the order in which im2col writes them; rows and columns may lie outside of the image. */
export function forEachPixelOfPatches(
  { window, strides, dilations, padding }: WindowAttrs,
  image: TensorType,
  patches: TensorType,
  visit: (n: number, row: number, column: number) => void,
): void {
  const [, rows, columns] = patches.shape as readonly [number, number, number];
  for (let n = 0; n < image.shape[0]!; n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        for (let kh = 0; kh < window[0]; kh++) {
          for (let kw = 0; kw < window[1]; kw++) {
            visit(n, i * strides[0] - padding[0][0] + kh * dilations[0], j * strides[1] - padding[1][0] + kw * dilations[1]);
          }
        }
      }
    }
  }
}

/** Refuses a tensor of another rank; `axes` is how its shape should read. */
export function checkRank(argument: string, { shape }: TensorType, rank: number, axes: string): void {
  if (shape.length === rank) return;
  const lacksBatch = axes.startsWith('[N') && shape.length === rank - 1;
  const fix = `pass ${axes}${lacksBatch ? `; a batch of one is made by \`expandDims(${argument}, 0)\`` : ''}.`;
  throw refuseShape(argument, `${formatShape(shape)} has rank ${shape.length}, not ${rank}.`, fix);
}

/** Refuses anything but a batch of images. */
export const checkImage = (argument: string, type: TensorType, axes = '[N, H, W, C]'): void => checkRank(argument, type, 4, axes);

export const im2colOp = /* @__PURE__ */ defineOp<WindowAttrs>({
  name: 'im2col',
  args: ['x'],
  infer: ([x], attrs) => {
    checkImage('x', x!);
    const [n, height, width, channels] = x!.shape as readonly [number, number, number, number];
    const [rows, columns] = windowCounts([height, width], attrs);
    return { dtype: x!.dtype, shape: [n, rows, columns, attrs.window[0] * attrs.window[1] * channels] };
  },
});

export const im2colGradient: Gradient<WindowAttrs> = ({ inputs: [x], attrs, dy }) => [
  apply(col2imOp, [dy], { ...attrs, inputShape: [x!.shape[1]!, x!.shape[2]!] }),
];

export interface Im2colOptions {
  /** Height and width of the window; a number for both. */
  readonly window: number | Pair;
  /** Pixels from one window to the next. Default 1. */
  readonly strides?: number | Pair | undefined;
  /** Default 'valid'. */
  readonly padding?: Padding | undefined;
  /** Pixels from one element of a window to the next. Default 1. */
  readonly dilations?: number | Pair | undefined;
}

/**
 * The patch of `x` under a sliding window at every place: `[N, H, W, C] -> [N, OH, OW, KH * KW * C]`, the elements of a patch in the
 * order (row, column, channel), zeros outside of the image. TensorFlow calls it `extract_image_patches`. A `matmul` after it is a
 * convolution, and is run as one: the patches are then never built.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where `x` has not rank 4 or the window does not fit; INVALID_ARGUMENT for a bad option.
 * @source https://www.tensorflow.org/api_docs/python/tf/image/extract_patches
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const x = tensor([1, 2, 3, 4, 5, 6], [1, 2, 3, 1]);
 * await x.im2col({ window: 2 }).array(); // [[[[1, 2, 4, 5], [2, 3, 5, 6]]]]
 */
export function im2col(x: TensorLike, options: Im2colOptions): Tensor {
  const tensor = toTensor(x, 'im2col', 'x');
  return checked('im2col', { x: tensor }, () => {
    checkImage('x', tensor.type);
    return apply(im2colOp, [tensor], windowAttrs('im2col', [tensor.shape[1]!, tensor.shape[2]!], options));
  });
}

/** The window of public options, complete and in pixels. */
export function windowAttrs(op: string, input: Pair, options: Im2colOptions): WindowAttrs {
  checkOptions(op, options, ['window', 'strides', 'padding', 'dilations']);
  const slide = {
    window: checkPair(op, 'window', options.window),
    strides: checkPair(op, 'strides', options.strides ?? 1),
    dilations: checkPair(op, 'dilations', options.dilations ?? 1),
  };
  return { ...slide, padding: resolvePadding(op, options.padding ?? 'valid', input, slide) };
}
