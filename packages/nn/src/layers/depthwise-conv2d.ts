import { depthwiseConv2d as convolve } from '@unfoldjs/core';
import { checkInteger, checkOptions } from '../check.js';
import { initializerOf, type Initializer, type InitializerName } from '../initializers.js';
import type { Layer } from '../types.js';
import { endingOf, outputOptionNames, slidingOf, weight, windowOptionNames, type LayerOptions, type OutputOptions, type WindowOptions } from './common.js';
import { channelsOf, defineLayer } from './define-layer.js';

export interface DepthwiseConv2dOptions extends LayerOptions, OutputOptions, WindowOptions {
  /** How many output channels each input channel has. Default 1. */
  readonly depthMultiplier?: number | undefined;
  /** Default 'glorotUniform'. */
  readonly depthwiseInitializer?: InitializerName | Initializer | undefined;
}

/**
 * A convolution of each channel by itself: `[N, H, W, C] -> [N, OH, OW, C * depthMultiplier]`. Parameters: `depthwiseKernel`
 * `[KH, KW, C, depthMultiplier]`, `bias` `[C * depthMultiplier]`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad or unknown option; SHAPE_MISMATCH for inputs that do not fit.
 * @source https://keras.io/api/layers/convolution_layers/depthwise_convolution2d/
 * @example
 * import { depthwiseConv2d } from '@unfoldjs/nn';
 * depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }).init([[28, 28, 8]], 1).output; // => [26, 26, 16]
 */
export function depthwiseConv2d(options: DepthwiseConv2dOptions): Layer {
  const kind = 'depthwiseConv2d';
  checkOptions(kind, options, [...windowOptionNames, 'depthMultiplier', ...outputOptionNames, 'depthwiseInitializer', 'name']);
  const { depthMultiplier = 1, depthwiseInitializer = 'glorotUniform', name } = options;
  checkInteger(kind, 'depthMultiplier', depthMultiplier, 1);
  const { window, slide } = slidingOf(kind, options);
  const initializer = initializerOf(kind, 'depthwiseInitializer', depthwiseInitializer);
  const { bias, finish } = endingOf(kind, options);
  return defineLayer({
    kind,
    name,
    params([input]) {
      const channels = channelsOf(kind, input!);
      return { depthwiseKernel: weight([...window, channels, depthMultiplier], initializer), bias: bias(channels * depthMultiplier) };
    },
    run: ([x], { params }) => finish(convolve(x!, params.depthwiseKernel!, slide), params.bias),
  });
}
