import { separableConv2d as convolve } from '@unfoldjs/core';
import { checkInteger, checkOptions } from '../check.js';
import { initializerOf, type Initializer, type InitializerName } from '../initializers.js';
import type { Layer } from '../types.js';
import { endingOf, outputOptionNames, slidingOf, weight, windowOptionNames, type LayerOptions, type OutputOptions, type WindowOptions } from './common.js';
import { channelsOf, defineLayer } from './define-layer.js';

export interface SeparableConv2dOptions extends LayerOptions, OutputOptions, WindowOptions {
  /** The number of output channels. */
  readonly filters: number;
  /** How many channels the depthwise part makes of each. Default 1. */
  readonly depthMultiplier?: number | undefined;
  /** Default 'glorotUniform'. */
  readonly depthwiseInitializer?: InitializerName | Initializer | undefined;
  /** Default 'glorotUniform'. */
  readonly pointwiseInitializer?: InitializerName | Initializer | undefined;
}

/**
 * A convolution of each channel by itself, then one of 1 x 1 pixels that mixes the channels: `[N, H, W, C] -> [N, OH, OW, filters]`.
 * Parameters: `depthwiseKernel` `[KH, KW, C, M]`, `pointwiseKernel` `[1, 1, C * M, filters]`, `bias` `[filters]`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad or unknown option; SHAPE_MISMATCH for inputs that do not fit.
 * @source https://keras.io/api/layers/convolution_layers/separable_convolution2d/
 * @example
 * import { separableConv2d } from '@unfoldjs/nn';
 * separableConv2d({ filters: 32, kernelSize: 3, padding: 'same' }).init([[28, 28, 8]], 1).output; // => [28, 28, 32]
 */
export function separableConv2d(options: SeparableConv2dOptions): Layer {
  const kind = 'separableConv2d';
  checkOptions(kind, options, ['filters', ...windowOptionNames, 'depthMultiplier', ...outputOptionNames, 'depthwiseInitializer', 'pointwiseInitializer', 'name']);
  const { filters, depthMultiplier = 1, depthwiseInitializer = 'glorotUniform', pointwiseInitializer = 'glorotUniform', name } = options;
  checkInteger(kind, 'filters', filters, 1);
  checkInteger(kind, 'depthMultiplier', depthMultiplier, 1);
  const { window, slide } = slidingOf(kind, options);
  const depthwise = initializerOf(kind, 'depthwiseInitializer', depthwiseInitializer);
  const pointwise = initializerOf(kind, 'pointwiseInitializer', pointwiseInitializer);
  const { bias, finish } = endingOf(kind, options);
  return defineLayer({
    kind,
    name,
    params([input]) {
      const channels = channelsOf(kind, input!);
      return {
        depthwiseKernel: weight([...window, channels, depthMultiplier], depthwise),
        pointwiseKernel: weight([1, 1, channels * depthMultiplier, filters], pointwise),
        bias: bias(filters),
      };
    },
    run: ([x], { params }) => finish(convolve(x!, params.depthwiseKernel!, params.pointwiseKernel!, slide), params.bias),
  });
}
