import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkBoolean, checked, checkOneOf, checkOptions } from '../checked.js';
import { cast } from '../elementwise/cast.js';
import { div } from '../elementwise/div.js';
import type { DataFormat } from '../geometry.js';
import { max } from '../reduce/max.js';
import { sum } from '../reduce/sum.js';
import { imageAxes, spatialSize } from './channels.js';
import { checkImage } from './im2col.js';

export interface GlobalPoolOptions {
  /** Leaves height and width with size 1. Default false: [N, C]. */
  readonly keepDims?: boolean | undefined;
  /** The order of the axes of `x`. Default 'NHWC'. */
  readonly dataFormat?: DataFormat | undefined;
}

/**
 * The largest element of each channel: `[N, H, W, C] -> [N, C]`.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where `x` has not rank 4; INVALID_ARGUMENT for a bad or unknown option.
 * @source https://www.tensorflow.org/api_docs/python/tf/keras/layers/GlobalMaxPooling2D
 */
export function globalMaxPool2d(x: TensorLike, options: GlobalPoolOptions = {}): Tensor {
  const { tensor, axes, keepDims } = globalPool('globalMaxPool2d', x, options);
  return max(tensor, { axes, keepDims });
}

/**
 * The mean of each channel: `[N, H, W, C] -> [N, C]`, float32; NaN where there are no pixels.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where `x` has not rank 4; INVALID_ARGUMENT for a bad or unknown option.
 * @source https://www.tensorflow.org/api_docs/python/tf/keras/layers/GlobalAveragePooling2D
 */
export function globalAvgPool2d(x: TensorLike, options: GlobalPoolOptions = {}): Tensor {
  const { tensor, axes, keepDims, pixels } = globalPool('globalAvgPool2d', x, options);
  return div(sum(cast(tensor, 'float32'), { axes, keepDims }), pixels);
}

function globalPool(op: string, x: TensorLike, options: GlobalPoolOptions) {
  checkOptions(op, options, ['keepDims', 'dataFormat']);
  const { keepDims = false, dataFormat = 'NHWC' } = options;
  checkBoolean(op, 'keepDims', keepDims);
  checkOneOf(op, 'dataFormat', dataFormat, ['NHWC', 'NCHW']);
  const tensor = toTensor(x, op, 'x');
  checked(op, { x: tensor }, () => checkImage('x', tensor.type, imageAxes(dataFormat)));
  const [height, width] = spatialSize(tensor.shape, dataFormat);
  return { tensor, axes: dataFormat === 'NHWC' ? [1, 2] : [2, 3], keepDims, pixels: height * width };
}
