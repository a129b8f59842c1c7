import { refuseDType } from '../../errors/refuse.js';
import type { OpDef } from '../../expr/op-def.js';
import { apply } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TensorType } from '../../types/tensor-type.js';
import { sizeOf } from '../../types/shape.js';
import { checkBoolean, checked, checkOneOf } from '../checked.js';
import { checkPair, coveringPadding, resolvePadding, windowCounts, type DataFormat, type Padding, type Pair, type WindowAttrs } from '../geometry.js';
import { reshape } from '../shape/reshape.js';
import { channelsLast, imageAxes, spatialSize } from './channels.js';
import { col2imOp } from './col2im.js';
import { checkImage, im2colOp } from './im2col.js';

// What max and average pooling share.

export type PoolAttrs = WindowAttrs & { readonly ceilMode: boolean };

type Shape4 = readonly [number, number, number, number];

export interface PoolOptions {
  /** Height and width of the window; a number for both. */
  readonly window: number | Pair;
  /** Pixels from one window to the next. Default: the window, so that windows do not overlap. */
  readonly strides?: number | Pair | undefined;
  /** Pixels outside of the image never count. Default 'valid'. */
  readonly padding?: Padding | undefined;
  /** Pixels from one element of a window to the next. Default 1. */
  readonly dilations?: number | Pair | undefined;
  /** Lets a last window reach over the end of the padded image, as long as it starts within. Default false. */
  readonly ceilMode?: boolean | undefined;
  /** The order of the axes of `x` and of the result. Default 'NHWC'. */
  readonly dataFormat?: DataFormat | undefined;
}

export const poolOptionNames = ['window', 'strides', 'padding', 'dilations', 'ceilMode', 'dataFormat'];

/** The type of a pooled batch of images. */
export function inferPool(x: TensorType, attrs: PoolAttrs): TensorType {
  checkImage('x', x);
  if (x.dtype === 'bool') throw refuseDType('x', 'it is bool.', "cast it first: `x.cast('int32')`.");
  const [n, height, width, channels] = x.shape as Shape4;
  return { dtype: x.dtype, shape: [n, ...windowCounts([height, width], attrs, attrs.ceilMode), channels] };
}

/** One comparison or addition for each element of each window. */
export const poolFlops = (_: readonly TensorType[], { window }: PoolAttrs, output: TensorType): number => sizeOf(output.shape) * window[0] * window[1];

/** The elements of every window as [N, OH, OW, KH * KW, C], zeros outside; ceil mode's last windows included. */
export function windowElements(x: Tensor, attrs: PoolAttrs, output: TensorType): Tensor {
  const { window, strides, dilations } = attrs;
  const [n, rows, columns, channels] = output.shape as Shape4;
  const padding = coveringPadding([x.shape[1]!, x.shape[2]!], attrs, [rows, columns]);
  const patches = apply(im2colOp, [x], { window, strides, dilations, padding });
  return reshape(patches, [n, rows, columns, window[0] * window[1], channels]);
}

/** The adjoint of `windowElements`: every element added to the pixel of an image of `inputShape` that it stands for. */
export function placeElements(elements: Tensor, attrs: PoolAttrs, inputShape: Pair): Tensor {
  const { window, strides, dilations } = attrs;
  const [n, rows, columns, area, channels] = elements.shape as readonly [number, number, number, number, number];
  const padding = coveringPadding(inputShape, attrs, [rows, columns]);
  return apply(col2imOp, [reshape(elements, [n, rows, columns, area * channels])], { window, strides, dilations, padding, inputShape });
}

/** Visits every pixel inside the image of every window: `at` is the element of the result (channel 0), `from` that of the image. */
export function forEachPixelOfWindows({ window, strides, dilations, padding }: PoolAttrs, image: TensorType, output: TensorType, visit: (at: number, from: number) => void): void {
  const [batch, height, width, channels] = image.shape as Shape4;
  const [, rows, columns] = output.shape as Shape4;
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const at = ((n * rows + i) * columns + j) * channels;
        for (let kh = 0; kh < window[0]; kh++) {
          const row = i * strides[0] - padding[0][0] + kh * dilations[0];
          if (row < 0 || row >= height) continue;
          for (let kw = 0; kw < window[1]; kw++) {
            const column = j * strides[1] - padding[1][0] + kw * dilations[1];
            if (column >= 0 && column < width) visit(at, ((n * height + row) * width + column) * channels);
          }
        }
      }
    }
  }
}

/** Checks the options of a pooling function and applies its op, with `more` attributes of its own. */
export function pool<A extends PoolAttrs>(name: string, op: OpDef<A>, x: Tensor, options: PoolOptions, more: Omit<A, keyof PoolAttrs>): Tensor {
  const { ceilMode = false, dataFormat = 'NHWC' } = options;
  const window = checkPair(name, 'window', options.window);
  const strides = checkPair(name, 'strides', options.strides ?? options.window);
  const dilations = checkPair(name, 'dilations', options.dilations ?? 1);
  checkBoolean(name, 'ceilMode', ceilMode);
  checkOneOf(name, 'dataFormat', dataFormat, ['NHWC', 'NCHW']);
  return checked(name, { x }, () => {
    checkImage('x', x.type, imageAxes(dataFormat));
    const input = spatialSize(x.shape, dataFormat);
    const slide = { window, strides, dilations };
    const attrs = { ...slide, padding: resolvePadding(name, options.padding ?? 'valid', input, slide, dataFormat), ceilMode };
    windowCounts(input, attrs, ceilMode);
    return channelsLast(x, dataFormat, (nhwc) => apply(op, [nhwc], { ...attrs, ...more } as A));
  });
}
