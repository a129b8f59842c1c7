import { refuseShape } from '../../errors/refuse.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape } from '../../types/shape.js';
import { checked, checkOneOf, checkOptions } from '../checked.js';
import { reshape } from '../shape/reshape.js';
import { convolve, type Conv2dOptions } from './conv2d.js';
import { checkImage } from './im2col.js';

export type DepthwiseConv2dOptions = Omit<Conv2dOptions, 'groups'>;

/**
 * A convolution of each channel by itself: images `[N, H, W, C]`, filters `[KH, KW, C, M]`, result `[N, OH, OW, C * M]`, where output
 * channel `c * M + m` is channel `c` under its filter `m`. The same as `conv2d` with `groups: C`.
 *
 * @throws {UnfoldError} as `conv2d`.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/depthwise_conv2d
 */
export function depthwiseConv2d(x: TensorLike, filters: TensorLike, options: DepthwiseConv2dOptions = {}): Tensor {
  return depthwise('depthwiseConv2d', 'filters', toTensor(x, 'depthwiseConv2d', 'x'), toTensor(filters, 'depthwiseConv2d', 'filters'), options);
}

/** `depthwiseConv2d` under the name of the function that was called. */
export function depthwise(op: string, argument: string, image: Tensor, weights: Tensor, options: DepthwiseConv2dOptions): Tensor {
  checkOptions(op, options, ['strides', 'padding', 'dilations', 'dataFormat']);
  const { dataFormat = 'NHWC' } = options;
  checkOneOf(op, 'dataFormat', dataFormat, ['NHWC', 'NCHW']);
  return checked(op, { x: image, [argument]: weights }, () => {
    checkImage('x', image.type, dataFormat === 'NHWC' ? '[N, H, W, C]' : '[N, C, H, W]');
    if (weights.rank !== 4) throw refuseShape(argument, `${formatShape(weights.shape)} has rank ${weights.rank}, not 4.`, 'pass filters [KH, KW, C, M].');
    const [height, width, channels, multiplier] = weights.shape as readonly [number, number, number, number];
    const found = image.shape[dataFormat === 'NHWC' ? 3 : 1]!;
    if (channels !== found) throw refuseShape(argument, `\`x\` has ${found} channels and the filters are for ${channels}.`, `make \`${argument}.shape[2]\` equal to the channels of \`x\`.`);
    if (channels === 0) throw refuseShape('x', 'it has no channels.', 'pass images with a channel or more.');
    return convolve(op, image, reshape(weights, [height, width, 1, channels * multiplier]), { ...options, groups: channels });
  });
}
