import { refuseArgument, refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape, sizeOf } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { checkInteger } from '../check.js';
import { checked, checkOneOf, checkOptions } from '../checked.js';
import { cast } from '../elementwise/cast.js';
import { checkPair, resolvePadding, windowCounts, type DataFormat, type Padding, type Pair, type Pairs } from '../geometry.js';
import { matmul } from '../linalg/matmul.js';
import { reshape } from '../shape/reshape.js';
import { channelsLast, imageAxes, spatialSize } from './channels.js';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.js';
import { conv2dBackpropInput } from './conv2d-backprop-input.js';
import { groupedProduct } from './groups.js';
import { checkRank, im2colOp } from './im2col.js';

export type Conv2dAttrs = { readonly strides: Pair; readonly dilations: Pair; readonly padding: Pairs; readonly groups: number };

type Shape4 = readonly [number, number, number, number];

/** Refuses images and filters that do not belong together; `rank` is 4, or 3 for one spatial axis. */
export function checkConv(x: TensorType, filters: TensorType, groups: number, channelAxis: number, rank: 3 | 4 = 4): void {
  const isLast = channelAxis === rank - 1;
  checkRank('x', x, rank, rank === 4 ? imageAxes(isLast ? 'NHWC' : 'NCHW') : isLast ? '[N, W, C]' : '[N, C, W]');
  checkRank('filters', filters, rank, rank === 4 ? '[KH, KW, C / groups, O]' : '[KW, C / groups, O]');
  if (filters.shape[0] === 0 || (rank === 4 && filters.shape[1] === 0)) throw refuseShape('filters', `${formatShape(filters.shape)} has a window without pixels.`, 'pass filters with a window of one pixel or more.');
  const channels = x.shape[channelAxis]!;
  const depth = filters.shape[rank - 2]!;
  const outputs = filters.shape[rank - 1]!;
  if (depth * groups !== channels) {
    const isGrouped = groups === 1 && depth > 0 && channels > 0 && channels % depth === 0 && outputs % (channels / depth) === 0;
    const other = isLast ? 1 : rank - 1;
    const formats = rank === 4 ? ['NCHW', 'NHWC'] : ['NCW', 'NWC'];
    const equal = `make \`filters.shape[${rank - 2}]\` times \`groups\` equal to the channels of \`x\` (axis ${channelAxis})`;
    throw refuseShape(
      'filters',
      `\`x\` has ${channels} channels and the filters take ${depth}${groups > 1 ? ` in each of ${groups} groups` : ''}.`,
      isGrouped
        ? `make them equal, or pass \`groups: ${channels / depth}\` for a grouped convolution.`
        : x.shape[other] === depth * groups
          ? `${equal}, or pass \`dataFormat: '${formats[isLast ? 0 : 1]!}'\` if they are axis ${other}.`
          : `${equal}.`,
    );
  }
  if (outputs % groups !== 0) throw refuseArgument('groups', `${outputs} filters do not divide into ${groups} groups.`, 'use a number of filters that is a multiple of `groups`.');
}

export const conv2dOp = /* @__PURE__ */ defineOp<Conv2dAttrs>({
  name: 'conv2d',
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

export const conv2dGradient: Gradient<Conv2dAttrs> = ({ inputs: [x, filters], attrs, dy, needs }) => [
  needs[0] ? conv2dBackpropInput(dy, filters!, attrs, [x!.shape[1]!, x!.shape[2]!]) : null,
  needs[1] ? conv2dBackpropFilter(x!, dy, [filters!.shape[0]!, filters!.shape[1]!], attrs) : null,
];

export interface Conv2dOptions {
  /** Pixels from one window to the next; a number for both axes. Default 1. */
  readonly strides?: number | Pair | undefined;
  /** Default 'valid'. */
  readonly padding?: Padding | undefined;
  /** Pixels from one element of a filter to the next; a number for both axes. Default 1. */
  readonly dilations?: number | Pair | undefined;
  /** Channels and filters are divided into this many parts that see nothing of each other. Default 1. */
  readonly groups?: number | undefined;
  /** The order of the axes of `x` and of the result. Filters are [KH, KW, C / groups, O] in both. Default 'NHWC'. */
  readonly dataFormat?: DataFormat | undefined;
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
export function conv2d(x: TensorLike, filters: TensorLike, options: Conv2dOptions = {}): Tensor {
  checkOptions('conv2d', options, ['strides', 'padding', 'dilations', 'groups', 'dataFormat']);
  const image = cast(toTensor(x, 'conv2d', 'x'), 'float32');
  const weights = cast(toTensor(filters, 'conv2d', 'filters'), 'float32');
  return checked('conv2d', { x: image, filters: weights }, () => convolve('conv2d', image, weights, options));
}

/** `conv2d` in the name of the function `op`; refusals are its caller's to turn into errors. */
export function convolve(op: string, image: Tensor, weights: Tensor, options: Conv2dOptions): Tensor {
  const { padding = 'valid', groups = 1, dataFormat = 'NHWC' } = options;
  const strides = checkPair(op, 'strides', options.strides ?? 1);
  const dilations = checkPair(op, 'dilations', options.dilations ?? 1);
  checkInteger(op, 'groups', groups, 1);
  checkOneOf(op, 'dataFormat', dataFormat, ['NHWC', 'NCHW']);
  checkConv(image.type, weights.type, groups, dataFormat === 'NHWC' ? 3 : 1);
  const input = spatialSize(image.shape, dataFormat);
  const window = [weights.shape[0]!, weights.shape[1]!] as const;
  const attrs = { strides, dilations, padding: resolvePadding(op, padding, input, { window, strides, dilations }, dataFormat), groups };
  windowCounts(input, { window, ...attrs });
  return channelsLast(image, dataFormat, (nhwc) => apply(conv2dOp, [nhwc, weights], attrs));
}
