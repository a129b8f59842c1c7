import { refuseArgument } from '../../errors/refuse.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkInteger } from '../check.js';
import { checked, checkOneOf, checkOptions } from '../checked.js';
import { cast } from '../elementwise/cast.js';
import type { Padding, Pair } from '../geometry.js';
import { expandDims } from '../shape/expand-dims.js';
import { reshape } from '../shape/reshape.js';
import { checkConv, convolve } from './conv2d.js';

export interface Conv1dOptions {
  /** Elements from one window to the next. Default 1. */
  readonly strides?: number | undefined;
  /** As for `conv2d`, with explicit padding as one pair [before, after]. Default 'valid'. */
  readonly padding?: 'same' | 'valid' | 'SAME' | 'VALID' | 'same_lower' | number | Pair | undefined;
  /** Elements from one element of a filter to the next. Default 1. */
  readonly dilations?: number | undefined;
  /** Channels and filters are divided into this many parts that see nothing of each other. Default 1. */
  readonly groups?: number | undefined;
  /** The order of the axes of `x` and of the result. Default 'NWC'. */
  readonly dataFormat?: 'NWC' | 'NCW' | undefined;
}

/**
 * 1-D convolution (cross-correlation): signals `[N, W, C]`, filters `[KW, C / groups, O]`, result `[N, OW, O]`. It is `conv2d` on
 * images of one row.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for a wrong rank, channels that do not match, or a window larger than the padded signal;
 * INVALID_ARGUMENT for a bad or unknown option.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/conv1d
 */
export function conv1d(x: TensorLike, filters: TensorLike, options: Conv1dOptions = {}): Tensor {
  checkOptions('conv1d', options, ['strides', 'padding', 'dilations', 'groups', 'dataFormat']);
  const { strides = 1, dilations = 1, groups = 1, dataFormat = 'NWC' } = options;
  checkInteger('conv1d', 'strides', strides, 1);
  checkInteger('conv1d', 'dilations', dilations, 1);
  checkInteger('conv1d', 'groups', groups, 1);
  checkOneOf('conv1d', 'dataFormat', dataFormat, ['NWC', 'NCW']);
  const signal = cast(toTensor(x, 'conv1d', 'x'), 'float32');
  const weights = cast(toTensor(filters, 'conv1d', 'filters'), 'float32');
  const rowAxis = dataFormat === 'NWC' ? 1 : 2;
  return checked('conv1d', { x: signal, filters: weights }, () => {
    checkConv(signal.type, weights.type, groups, dataFormat === 'NWC' ? 2 : 1, 3);
    const result = convolve('conv1d', expandDims(signal, rowAxis), expandDims(weights, 0), {
      strides: [1, strides],
      padding: inTwoDimensions(options.padding ?? 'valid'),
      dilations: [1, dilations],
      groups,
      dataFormat: dataFormat === 'NWC' ? 'NHWC' : 'NCHW',
    });
    return reshape(result, result.shape.filter((_, axis) => axis !== rowAxis));
  });
}

/** No padding above and below the one row; a word means the same for both axes. */
export function inTwoDimensions(padding: NonNullable<Conv1dOptions['padding']>): Padding {
  if (typeof padding === 'string') return padding;
  if (typeof padding === 'number') return [[0, 0], [padding, padding]];
  const isPair = Array.isArray(padding) && padding.length === 2 && padding.every((entry) => typeof entry === 'number');
  if (!isPair) throw refuseArgument('padding', 'it is no padding of one axis.', "use 'same', 'valid', 'same_lower', a number of elements, or [before, after].");
  return [[0, 0], padding];
}
