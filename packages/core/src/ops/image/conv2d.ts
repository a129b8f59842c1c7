import { refuseArgument, refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape, sizeOf, type Shape } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { checkInteger } from '../check.js';
import { checked, checkOneOf, checkOptions } from '../checked.js';
import { cast } from '../elementwise/cast.js';
import { checkPair, resolvePadding, windowCounts, type DataFormat, type Padding, type Pair, type Pairs } from '../geometry.js';
import { matmul } from '../linalg/matmul.js';
import { reshape } from '../shape/reshape.js';
import { transpose } from '../shape/transpose.js';
import { checkImage, im2colOp } from './im2col.js';

export type Conv2dAttrs = { readonly strides: Pair; readonly dilations: Pair; readonly padding: Pairs; readonly groups: number };

type Shape4 = readonly [number, number, number, number];

/** Refuses images and filters that do not belong together. */
function checkConv(x: TensorType, filters: TensorType, groups: number, channelAxis: 1 | 3): void {
  checkImage('x', x, channelAxis === 3 ? '[N, H, W, C]' : '[N, C, H, W]');
  if (filters.shape.length !== 4) throw refuseShape('filters', `${formatShape(filters.shape)} has rank ${filters.shape.length}, not 4.`, 'pass filters [KH, KW, C / groups, O].');
  const channels = x.shape[channelAxis]!;
  const [height, width, depth, outputs] = filters.shape as Shape4;
  if (height === 0 || width === 0) throw refuseShape('filters', `${formatShape(filters.shape)} has a window without pixels.`, 'pass filters of 1 x 1 pixels or more.');
  if (depth * groups !== channels) {
    throw refuseShape(
      'filters',
      `\`x\` has ${channels} channels and the filters take ${depth}${groups > 1 ? ` in each of ${groups} groups` : ''}.`,
      groups === 1 && depth > 0 && channels % depth === 0 && channels > 0
        ? `make them equal, or pass \`groups: ${channels / depth}\` for a grouped convolution.`
        : `make \`filters.shape[2]\` times \`groups\` equal to the channels of \`x\` (axis ${channelAxis}).`,
    );
  }
  if (outputs % groups !== 0) throw refuseArgument('groups', `${outputs} filters do not divide into ${groups} groups.`, 'use a number of filters that is a multiple of `groups`.');
}

export const conv2dOp = defineOp<Conv2dAttrs>({
  name: 'conv2d',
  summary: 'Cross-correlation of images [N, H, W, C] with filters [KH, KW, C / groups, O]',
  args: ['x', 'filters'],
  isConvolution: true,
  infer: ([x, filters], { groups, ...slide }) => {
    if (x!.dtype !== 'float32') throw refuseDType('x', `it is ${x!.dtype}.`, "cast it first: `x.cast('float32')`.");
    if (filters!.dtype !== 'float32') throw refuseDType('filters', `it is ${filters!.dtype}.`, "cast it first: `filters.cast('float32')`.");
    checkConv(x!, filters!, groups, 3);
    const [n, height, width] = x!.shape as Shape4;
    const [windowHeight, windowWidth, , outputs] = filters!.shape as Shape4;
    const counts = windowCounts([height, width], { window: [windowHeight, windowWidth], ...slide });
    return { dtype: 'float32', shape: [n, ...counts, outputs] };
  },
  decompose: ([x, filters], { groups, ...slide }, output) => {
    const [windowHeight, windowWidth, depth, outputs] = filters!.shape as Shape4;
    const patches = apply(im2colOp, [x!], { window: [windowHeight, windowWidth], ...slide });
    const places = sizeOf(patches.shape.slice(0, 3));
    const area = windowHeight * windowWidth;
    if (groups === 1) return reshape(matmul(reshape(patches, [places, area * depth]), reshape(filters!, [area * depth, outputs])), output.shape);
    return reshape(groupedProduct(patches, filters!, { groups, places, area, depth, outputs }), output.shape);
  },
  flops: ([, filters], _, output) => 2 * sizeOf(output.shape) * sizeOf(filters!.shape.slice(0, 3)),
});

interface GroupSizes {
  readonly groups: number;
  readonly places: number;
  readonly area: number;
  readonly depth: number;
  readonly outputs: number;
}

/** One product a group: [G, places, area * depth] x [G, area * depth, O / G], the groups side by side in the result. */
function groupedProduct(patches: Tensor, filters: Tensor, { groups, places, area, depth, outputs }: GroupSizes): Tensor {
  const rows = transpose(reshape(patches, [places, area, groups, depth]), [2, 0, 1, 3]);
  const columns = transpose(reshape(filters, [area * depth, groups, outputs / groups]), [1, 0, 2]);
  const product = matmul(reshape(rows, [groups, places, area * depth]), columns);
  return transpose(product, [1, 0, 2]);
}

export interface Conv2dOptions {
  /** Pixels from one window to the next; a number for both axes. Default 1. */
  readonly strides?: number | Pair;
  /** Default 'valid'. */
  readonly padding?: Padding;
  /** Pixels from one element of a filter to the next; a number for both axes. Default 1. */
  readonly dilations?: number | Pair;
  /** Channels and filters are divided into this many parts that see nothing of each other. Default 1. */
  readonly groups?: number;
  /** The order of the axes of `x` and of the result. Filters are [KH, KW, C / groups, O] in both. Default 'NHWC'. */
  readonly dataFormat?: DataFormat;
}

/**
 * 2-D convolution as deep learning means it (cross-correlation): images `[N, H, W, C]`, filters `[KH, KW, C / groups, O]`, result
 * `[N, OH, OW, O]`, float32 (integers are converted). Strides and dilations may both exceed 1. It is defined as `im2col`, then one
 * `matmul`; the patches are never built.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for a wrong rank, channels that do not match, or a window larger than the padded image;
 * INVALID_ARGUMENT for a bad or unknown option.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/conv2d
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const x = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
 * const filters = tensor([1, 0, 0, -1], [2, 2, 1, 1]);
 * await x.conv2d(filters, { strides: 1, padding: 'valid' }).data(); // Float32Array [-4, -4, -4, -4]
 */
export const conv2d = (x: TensorLike, filters: TensorLike, options: Conv2dOptions = {}): Tensor => convolve('conv2d', x, filters, options);

const conv2dOptions = ['strides', 'padding', 'dilations', 'groups', 'dataFormat'];

/** `conv2d` under the name of the function that was called. */
export function convolve(op: string, x: TensorLike, filters: TensorLike, options: Conv2dOptions): Tensor {
  checkOptions(op, options, conv2dOptions);
  const { padding = 'valid', groups = 1, dataFormat = 'NHWC' } = options;
  const strides = checkPair(op, 'strides', options.strides ?? 1);
  const dilations = checkPair(op, 'dilations', options.dilations ?? 1);
  checkInteger(op, 'groups', groups, 1);
  checkOneOf(op, 'dataFormat', dataFormat, ['NHWC', 'NCHW']);
  const image = cast(toTensor(x, op, 'x'), 'float32');
  const weights = cast(toTensor(filters, op, 'filters'), 'float32');
  return checked(op, { x: image, filters: weights }, () => {
    checkConv(image.type, weights.type, groups, dataFormat === 'NHWC' ? 3 : 1);
    const input = spatialSize(image.shape, dataFormat);
    const slide = { window: [weights.shape[0]!, weights.shape[1]!] as const, strides, dilations };
    const attrs = { strides, dilations, padding: resolvePadding(op, padding, input, slide, dataFormat), groups };
    windowCounts(input, { ...slide, padding: attrs.padding });
    return channelsLast(image, dataFormat, (nhwc) => apply(conv2dOp, [nhwc, weights], attrs));
  });
}

/** Height and width of a batch of images. */
export const spatialSize = (shape: Shape, dataFormat: DataFormat): Pair => (dataFormat === 'NHWC' ? [shape[1]!, shape[2]!] : [shape[2]!, shape[3]!]);

/** Runs a function of channels-last images on images of either format. */
export const channelsLast = (x: Tensor, dataFormat: DataFormat, run: (nhwc: Tensor) => Tensor): Tensor =>
  dataFormat === 'NHWC' ? run(x) : transpose(run(transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]);
