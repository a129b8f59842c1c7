import { conv2d as convolve, unfoldError } from '@unfoldjs/core';
import { checkInteger, checkOptions } from '../check.js';
import { initializerOf, type Initializer, type InitializerName } from '../initializers.js';
import type { Layer } from '../types.js';
import { endingOf, outputOptionNames, slidingOf, weight, windowOptionNames, type LayerOptions, type OutputOptions, type WindowOptions } from './common.js';
import { channelsOf, defineLayer } from './define-layer.js';

export interface Conv2dOptions extends LayerOptions, OutputOptions, WindowOptions {
  /** The number of output channels. */
  readonly filters: number;
  /** Parts of the channels that see nothing of each other. Default 1. */
  readonly groups?: number | undefined;
  /** Default 'glorotUniform'. */
  readonly kernelInitializer?: InitializerName | Initializer | undefined;
}

/**
 * 2-D convolution of images `[N, H, W, C]` to `[N, OH, OW, filters]`, with bias and activation. Parameters: `kernel`
 * `[KH, KW, C / groups, filters]`, `bias` `[filters]`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad or unknown option; SHAPE_MISMATCH for inputs that do not fit.
 * @source https://keras.io/api/layers/convolution_layers/convolution2d/
 * @example
 * import { conv2d } from '@unfoldjs/nn';
 * const layer = conv2d({ filters: 16, kernelSize: 3, padding: 'same', activation: 'relu' });
 * layer.init([[28, 28, 1]], 1).output; // => [28, 28, 16]
 */
export function conv2d(options: Conv2dOptions): Layer {
  const kind = 'conv2d';
  checkOptions(kind, options, ['filters', ...windowOptionNames, 'groups', ...outputOptionNames, 'kernelInitializer', 'name']);
  const { filters, groups = 1, kernelInitializer = 'glorotUniform', name } = options;
  checkInteger(kind, 'filters', filters, 1);
  checkInteger(kind, 'groups', groups, 1);
  const { window, slide } = slidingOf(kind, options);
  const initializer = initializerOf(kind, 'kernelInitializer', kernelInitializer);
  const { bias, finish } = endingOf(kind, options);
  return defineLayer({
    kind,
    name,
    params([input]) {
      const channels = channelsOf(kind, input!);
      if (channels % groups !== 0) {
        throw unfoldError({ code: 'SHAPE_MISMATCH', op: kind, argument: 'groups', problem: `${channels} channels do not divide into ${groups} groups.`, fix: 'use a divisor of the channels.' });
      }
      return { kernel: weight([...window, channels / groups, filters], initializer), bias: bias(filters) };
    },
    run: ([x], { params }) => finish(convolve(x!, params.kernel!, { ...slide, groups }), params.bias),
  });
}
