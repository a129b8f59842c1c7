import { refuseArgument, refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape, sizeOf } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { checkInteger, checkShape } from '../check.js';
import { checked, checkOneOf, checkOptions } from '../checked.js';
import { cast } from '../elementwise/cast.js';
import { checkPair, extentOf, resolvePadding, transposedSize, windowCount, type DataFormat, type Padding, type Pair, type Pairs } from '../geometry.js';
import { matmul } from '../linalg/matmul.js';
import { reshape } from '../shape/reshape.js';
import { channelsLast, imageAxes, spatialSize } from './channels.js';
import { col2imOp } from './col2im.js';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.js';
import { conv2dOp } from './conv2d.js';
import { groupedPatches } from './groups.js';
import { checkImage, checkRank } from './im2col.js';

/** `padding` is that of the convolution from the result back to `x`; `outputSize` is height and width of the result. */
export type Conv2dTransposeAttrs = { readonly strides: Pair; readonly dilations: Pair; readonly padding: Pairs; readonly groups: number; readonly outputSize: Pair };

type Shape4 = readonly [number, number, number, number];

function checkOperands(x: TensorType, filters: TensorType, groups: number, dataFormat: DataFormat): void {
  checkImage('x', x, imageAxes(dataFormat));
  checkRank('filters', filters, 4, '[KH, KW, O / groups, C]');
  const [height, width, , inputs] = filters.shape as Shape4;
  const channels = x.shape[dataFormat === 'NHWC' ? 3 : 1]!;
  if (height === 0 || width === 0) throw refuseShape('filters', `${formatShape(filters.shape)} has a window without pixels.`, 'pass filters of 1 x 1 pixels or more.');
  if (inputs !== channels) throw refuseShape('filters', `\`x\` has ${channels} channels and the filters take ${inputs}.`, 'make `filters.shape[3]` equal to the channels of `x`: filters are [KH, KW, O / groups, C].');
  if (channels % groups !== 0) throw refuseArgument('groups', `${channels} channels do not divide into ${groups} groups.`, 'use a number of channels that is a multiple of `groups`.');
}

/** Refuses a size of the result from which the convolution would not lead back to `x`. */
function checkOutputSize(argument: string, input: Pair, { outputSize, strides, dilations, padding }: Conv2dTransposeAttrs, window: Pair): void {
  for (const axis of [0, 1] as const) {
    const extent = extentOf(window[axis], dilations[axis]);
    const back = outputSize[axis] < 0 ? null : windowCount(outputSize[axis], extent, strides[axis], padding[axis]);
    if (back === input[axis]) continue;
    const name = axis === 0 ? 'height' : 'width';
    throw refuseShape(
      argument,
      back === null
        ? `a ${name} of ${outputSize[axis]} has no room for these windows.`
        : `a ${name} of ${outputSize[axis]} is impossible: the convolution from it has ${back} places, and \`x\` has ${input[axis]}.`,
      `choose an output ${name} that a convolution with these options takes to ${input[axis]}, or change strides and padding.`,
    );
  }
}

export const conv2dTransposeOp = /* @__PURE__ */ defineOp<Conv2dTransposeAttrs>({
  name: 'conv2dTranspose',
  args: ['x', 'filters'],
  isConvolution: true,
  infer: ([x, filters], attrs) => {
    for (const [name, { dtype }] of [['x', x!], ['filters', filters!]] as const) {
      if (dtype !== 'float32') throw refuseDType(name, `it is ${dtype}.`, `cast it first: \`${name}.cast('float32')\`.`);
    }
    checkOperands(x!, filters!, attrs.groups, 'NHWC');
    const [n, height, width] = x!.shape as Shape4;
    const [windowHeight, windowWidth, depth] = filters!.shape as Shape4;
    checkOutputSize('outputShape', [height, width], attrs, [windowHeight, windowWidth]);
    return { dtype: 'float32', shape: [n, ...attrs.outputSize, depth * attrs.groups] };
  },
  decompose: ([x, filters], { groups, outputSize, ...slide }) => {
    const [n, height, width, channels] = x!.shape as Shape4;
    const [windowHeight, windowWidth, depth] = filters!.shape as Shape4;
    const places = n * height * width;
    const area = windowHeight * windowWidth;
    const patches =
      groups === 1
        ? matmul(reshape(x!, [places, channels]), reshape(filters!, [area * depth, channels]), { transposeB: true })
        : groupedPatches(x!, filters!, { groups, places, area, depth, outputs: channels });
    const placed = reshape(patches, [n, height, width, area * depth * groups]);
    return apply(col2imOp, [placed], { window: [windowHeight, windowWidth], ...slide, inputShape: outputSize });
  },
  flops: ([x, filters]) => 2 * sizeOf(x!.shape) * sizeOf(filters!.shape.slice(0, 3)),
});

export const conv2dTransposeGradient: Gradient<Conv2dTransposeAttrs> = ({ inputs: [x, filters], attrs: { outputSize: _, ...slide }, dy, needs }) => [
  needs[0] ? apply(conv2dOp, [dy, filters!], slide) : null,
  needs[1] ? conv2dBackpropFilter(dy, x!, [filters!.shape[0]!, filters!.shape[1]!], slide) : null,
];

export interface Conv2dTransposeOptions {
  /** Pixels of the result from one window to the next. Default 1. */
  readonly strides?: number | Pair | undefined;
  /** The padding of the convolution that this undoes. Default 'valid'. */
  readonly padding?: Padding | undefined;
  /** Pixels from one element of a filter to the next. Default 1. */
  readonly dilations?: number | Pair | undefined;
  /** Default 1. */
  readonly groups?: number | undefined;
  /** Rows and columns more at the bottom and right of the result, less than a stride. Not with 'same'. Default 0. */
  readonly outputPadding?: number | Pair | undefined;
  /** Height and width of the result, or its whole shape: chooses among the sizes that the convolution takes to that of `x`. */
  readonly outputShape?: readonly number[] | undefined;
  /** The order of the axes of `x` and of the result. Default 'NHWC'. */
  readonly dataFormat?: DataFormat | undefined;
}

/**
 * Transposed convolution: what takes `[N, h, w, C]` back to the images `[N, H, W, O]` from which `conv2d` with the same filters
 * `[KH, KW, O / groups, C]` and options comes. It is the adjoint of that `conv2d`, not its inverse. H is `(h - 1) * stride + extent - padding +
 * outputPadding`, with padding 'same' `h * stride`, unless `outputShape` says otherwise.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for a wrong rank, channels that do not match, or an output size that the convolution does not
 * take to that of `x`; INVALID_ARGUMENT for a bad or unknown option.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/conv2d_transpose
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const x = tensor([1, 2], [1, 1, 2, 1]);
 * const filters = tensor([1, 10], [1, 2, 1, 1]);
 * await x.conv2dTranspose(filters, { strides: 2 }).data(); // Float32Array [1, 10, 2, 20]
 */
export function conv2dTranspose(x: TensorLike, filters: TensorLike, options: Conv2dTransposeOptions = {}): Tensor {
  const op = 'conv2dTranspose';
  checkOptions(op, options, ['strides', 'padding', 'dilations', 'groups', 'outputPadding', 'outputShape', 'dataFormat']);
  const { groups = 1, dataFormat = 'NHWC' } = options;
  const strides = checkPair(op, 'strides', options.strides ?? 1);
  const dilations = checkPair(op, 'dilations', options.dilations ?? 1);
  checkInteger(op, 'groups', groups, 1);
  checkOneOf(op, 'dataFormat', dataFormat, ['NHWC', 'NCHW']);
  const image = cast(toTensor(x, op, 'x'), 'float32');
  const weights = cast(toTensor(filters, op, 'filters'), 'float32');
  return checked(op, { x: image, filters: weights }, () => {
    checkOperands(image.type, weights.type, groups, dataFormat);
    const window = [weights.shape[0]!, weights.shape[1]!] as const;
    const input = spatialSize(image.shape, dataFormat);
    const slide = { window, strides, dilations };
    const outputSize = sizeOfOutput(options, input, slide, [image.shape[0]!, weights.shape[2]! * groups], dataFormat);
    const padding = resolvePadding(op, options.padding ?? 'valid', outputSize, slide, dataFormat);
    const attrs = { strides, dilations, padding, groups, outputSize };
    checkOutputSize(options.outputShape === undefined ? 'padding' : 'outputShape', input, attrs, window);
    return channelsLast(image, dataFormat, (nhwc) => apply(conv2dTransposeOp, [nhwc, weights], attrs));
  });
}

/** Height and width of the result, as `outputShape` or the formula gives them. */
function sizeOfOutput(options: Conv2dTransposeOptions, input: Pair, slide: { window: Pair; strides: Pair; dilations: Pair }, [batch, channels]: Pair, dataFormat: DataFormat): Pair {
  const { outputShape } = options;
  const outputPadding = checkPair('conv2dTranspose', 'outputPadding', options.outputPadding ?? 0, 0);
  if (outputShape !== undefined) {
    checkShape('conv2dTranspose', 'outputShape', outputShape);
    if (outputShape.length === 2) return [outputShape[0]!, outputShape[1]!];
    const whole = outputShape.length === 4 ? [outputShape[0], outputShape[dataFormat === 'NHWC' ? 3 : 1]] : [];
    if (whole[0] !== batch || whole[1] !== channels) {
      throw refuseShape('outputShape', `${formatShape(outputShape)} is not the shape of ${batch} images with ${channels} channels in ${dataFormat}.`, 'pass [H, W], or the whole shape with the batch of `x` and the output channels of the filters.');
    }
    return spatialSize(outputShape, dataFormat);
  }
  const isSame = typeof options.padding === 'string' && options.padding.toLowerCase().startsWith('same');
  if (isSame && (outputPadding[0] > 0 || outputPadding[1] > 0)) throw refuseArgument('outputPadding', "with padding 'same' the result has h * stride rows.", 'choose another size by `outputShape`.');
  if (outputPadding.some((more, axis) => more >= slide.strides[axis as 0 | 1])) {
    throw refuseArgument('outputPadding', `${formatShape(outputPadding)} is not less than the strides ${formatShape(slide.strides)}.`, 'use less than a stride: more would be a further place of the convolution.');
  }
  if (isSame) return [input[0] * slide.strides[0], input[1] * slide.strides[1]];
  const padding = resolvePadding('conv2dTranspose', options.padding ?? 'valid', input, slide, dataFormat);
  return transposedSize(input, { ...slide, padding }, outputPadding);
}
