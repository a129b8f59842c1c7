import { refuseShape } from '../../errors/refuse.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checked, checkOneOf, checkOptions } from '../checked.js';
import { cast } from '../elementwise/cast.js';
import { reshape } from '../shape/reshape.js';
import { imageAxes } from './channels.js';
import { convolve, type Conv2dOptions } from './conv2d.js';
import { checkImage, checkRank } from './im2col.js';

export type DepthwiseConv2dOptions = Omit<Conv2dOptions, 'groups'>;

/**
 * A convolution of each channel by itself: images `[N, H, W, C]`, filters `[KH, KW, C, M]`, result `[N, OH, OW, C * M]`, where output
 * channel `c * M + m` is channel `c` under its filter `m`. The same as `conv2d` with `groups: C`.
 *
 * @throws {UnfoldError} as `conv2d`.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/depthwise_conv2d
 */
export function depthwiseConv2d(x: TensorLike, filters: TensorLike, options: DepthwiseConv2dOptions = {}): Tensor {
  checkOptions('depthwiseConv2d', options, ['strides', 'padding', 'dilations', 'dataFormat']);
  const image = cast(toTensor(x, 'depthwiseConv2d', 'x'), 'float32');
  const weights = cast(toTensor(filters, 'depthwiseConv2d', 'filters'), 'float32');
  return checked('depthwiseConv2d', { x: image, filters: weights }, () => depthwise('depthwiseConv2d', 'filters', image, weights, options));
}

/** `depthwiseConv2d` in the name of the function `op`, whose argument `argument` the filters are. */
export function depthwise(op: string, argument: string, image: Tensor, weights: Tensor, options: DepthwiseConv2dOptions): Tensor {
  const { dataFormat = 'NHWC' } = options;
  checkOneOf(op, 'dataFormat', dataFormat, ['NHWC', 'NCHW']);
  checkImage('x', image.type, imageAxes(dataFormat));
  checkRank(argument, weights.type, 4, '[KH, KW, C, M]');
  const [height, width, channels, multiplier] = weights.shape as readonly [number, number, number, number];
  const found = image.shape[dataFormat === 'NHWC' ? 3 : 1]!;
  if (channels !== found) throw refuseShape(argument, `\`x\` has ${found} channels and the filters are for ${channels}.`, `make \`${argument}.shape[2]\` equal to the channels of \`x\`.`);
  if (channels === 0) throw refuseShape('x', 'it has no channels.', 'pass images with a channel or more.');
  return convolve(op, image, reshape(weights, [height, width, 1, channels * multiplier]), { ...options, groups: channels });
}
