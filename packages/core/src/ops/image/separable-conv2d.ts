import { refuseShape } from '../../errors/refuse.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape } from '../../types/shape.js';
import { checked, checkOptions } from '../checked.js';
import { cast } from '../elementwise/cast.js';
import { convolve } from './conv2d.js';
import { depthwise, type DepthwiseConv2dOptions } from './depthwise-conv2d.js';
import { checkRank } from './im2col.js';

/**
 * A depthwise convolution with filters `[KH, KW, C, M]`, then a 1 x 1 convolution with filters `[1, 1, C * M, O]` that mixes the
 * channels. Strides, padding and dilations are those of the first.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for a wrong rank, channels that do not match, a pointwise window other than 1 x 1, or a
 * window larger than the padded image; INVALID_ARGUMENT for a bad or unknown option.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/separable_conv2d
 */
export function separableConv2d(x: TensorLike, depthwiseFilters: TensorLike, pointwiseFilters: TensorLike, options: DepthwiseConv2dOptions = {}): Tensor {
  const op = 'separableConv2d';
  checkOptions(op, options, ['strides', 'padding', 'dilations', 'dataFormat']);
  const image = cast(toTensor(x, op, 'x'), 'float32');
  const spatial = cast(toTensor(depthwiseFilters, op, 'depthwiseFilters'), 'float32');
  const mixing = cast(toTensor(pointwiseFilters, op, 'pointwiseFilters'), 'float32');
  return checked(op, { x: image, depthwiseFilters: spatial, pointwiseFilters: mixing }, () => {
    checkRank('pointwiseFilters', mixing.type, 4, '[1, 1, C * M, O]');
    checkRank('depthwiseFilters', spatial.type, 4, '[KH, KW, C, M]');
    const [height, width, depth] = mixing.shape as readonly [number, number, number, number];
    const expected = spatial.shape[2]! * spatial.shape[3]!;
    if (height !== 1 || width !== 1) throw refuseShape('pointwiseFilters', `${formatShape(mixing.shape)} has a window of ${height} x ${width}.`, 'pass filters [1, 1, C * M, O].');
    if (depth !== expected) throw refuseShape('pointwiseFilters', `it takes ${depth} channels and the depthwise filters give ${expected}.`, 'make `pointwiseFilters.shape[2]` equal to C * M of the depthwise filters.');
    const { dataFormat } = options;
    return convolve(op, depthwise(op, 'depthwiseFilters', image, spatial, options), mixing, { dataFormat });
  });
}
