import { avgPool2d as average, globalAvgPool2d as globalAverage, globalMaxPool2d as globalMax, maxPool2d as largest, type Padding, type PoolOptions } from '@unfoldjs/core';
import { checkBoolean, checkOptions, checkPadding, checkPair } from '../check.js';
import type { Layer } from '../types.js';
import type { LayerOptions } from './common.js';
import { channelsOf, defineLayer } from './define-layer.js';

export interface Pool2dOptions extends LayerOptions {
  /** Height and width of the window; a number for both. Default 2. */
  readonly poolSize?: number | readonly [number, number] | undefined;
  /** Pixels from one window to the next. Default: `poolSize`. */
  readonly strides?: number | readonly [number, number] | undefined;
  /** Default 'valid'. */
  readonly padding?: Padding | undefined;
}

function pooling(kind: string, pool: typeof largest, options: Pool2dOptions): Layer {
  checkOptions(kind, options, ['poolSize', 'strides', 'padding', 'name']);
  const { poolSize = 2, strides = poolSize, padding = 'valid', name } = options;
  checkPadding(kind, padding);
  const slide: PoolOptions = { window: checkPair(kind, 'poolSize', poolSize), strides: checkPair(kind, 'strides', strides), padding };
  return defineLayer({ kind, name, check: ([input]) => void channelsOf(kind, input!), run: ([x]) => pool(x!, slide) });
}

/**
 * The largest element of each window, channel by channel: `[N, H, W, C] -> [N, OH, OW, C]`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad or unknown option; SHAPE_MISMATCH for inputs that do not fit.
 * @source https://keras.io/api/layers/pooling_layers/max_pooling2d/
 * @example
 * import { maxPool2d } from '@unfoldjs/nn';
 * maxPool2d({ poolSize: 2 }).init([[28, 28, 16]], 1).output; // => [14, 14, 16]
 */
export const maxPool2d = (options: Pool2dOptions = {}): Layer => pooling('maxPool2d', largest, options);

/**
 * The mean of each window, channel by channel: `[N, H, W, C] -> [N, OH, OW, C]`. Padding is not counted.
 *
 * @throws {UnfoldError} as {@link maxPool2d}.
 * @source https://keras.io/api/layers/pooling_layers/average_pooling2d/
 */
export const avgPool2d = (options: Pool2dOptions = {}): Layer => pooling('avgPool2d', average, options);

export interface GlobalPool2dOptions extends LayerOptions {
  /** Leaves height and width with size 1. Default false. */
  readonly keepDims?: boolean | undefined;
}

function globalPooling(kind: string, pool: typeof globalAverage, options: GlobalPool2dOptions): Layer {
  checkOptions(kind, options, ['keepDims', 'name']);
  const { keepDims = false, name } = options;
  checkBoolean(kind, 'keepDims', keepDims);
  return defineLayer({ kind, name, check: ([input]) => void channelsOf(kind, input!), run: ([x]) => pool(x!, { keepDims }) });
}

/**
 * The mean of each channel: `[N, H, W, C] -> [N, C]`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an unknown option; SHAPE_MISMATCH for inputs that are no images.
 * @source https://keras.io/api/layers/pooling_layers/global_average_pooling2d/
 * @example
 * import { globalAvgPool2d } from '@unfoldjs/nn';
 * globalAvgPool2d().init([[7, 7, 64]], 1).output; // => [64]
 */
export const globalAvgPool2d = (options: GlobalPool2dOptions = {}): Layer => globalPooling('globalAvgPool2d', globalAverage, options);

/**
 * The largest element of each channel: `[N, H, W, C] -> [N, C]`.
 *
 * @throws {UnfoldError} as {@link globalAvgPool2d}.
 * @source https://keras.io/api/layers/pooling_layers/global_max_pooling2d/
 */
export const globalMaxPool2d = (options: GlobalPool2dOptions = {}): Layer => globalPooling('globalMaxPool2d', globalMax, options);
