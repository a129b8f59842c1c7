import { conv2dTranspose as convolve } from '@unfoldjs/core';
import { checkInteger, checkOptions, checkPair } from '../check.js';
import { initializerOf, type Initializer, type InitializerName } from '../initializers.js';
import type { Layer } from '../types.js';
import { endingOf, outputOptionNames, slidingOf, weight, windowOptionNames, type LayerOptions, type OutputOptions, type WindowOptions } from './common.js';
import { channelsOf, defineLayer } from './define-layer.js';

export interface Conv2dTransposeOptions extends LayerOptions, OutputOptions, WindowOptions {
  /** The number of output channels. */
  readonly filters: number;
  /** Rows and columns more at the bottom and right, fewer than a stride; not with 'same'. Default 0, or what Keras adds where a stride exceeds the window. */
  readonly outputPadding?: number | readonly [number, number] | undefined;
  /** Default 'glorotUniform'. */
  readonly kernelInitializer?: InitializerName | Initializer | undefined;
}

/**
 * The transpose of a convolution, which makes images larger: `[N, H, W, C] -> [N, OH, OW, filters]`, with padding 'same'
 * `OH = H * stride`. Parameters: `kernel` `[KH, KW, filters, C]`, `bias` `[filters]`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad or unknown option; SHAPE_MISMATCH for inputs that do not fit.
 * @source https://keras.io/api/layers/convolution_layers/convolution2d_transpose/
 * @example
 * import { conv2dTranspose } from '@unfoldjs/nn';
 * conv2dTranspose({ filters: 8, kernelSize: 3, strides: 2, padding: 'same' }).init([[7, 7, 16]], 1).output; // => [14, 14, 8]
 */
export function conv2dTranspose(options: Conv2dTransposeOptions): Layer {
  const kind = 'conv2dTranspose';
  checkOptions(kind, options, ['filters', ...windowOptionNames, 'outputPadding', ...outputOptionNames, 'kernelInitializer', 'name']);
  const { filters, kernelInitializer = 'glorotUniform', outputPadding, name } = options;
  checkInteger(kind, 'filters', filters, 1);
  const { window, slide } = slidingOf(kind, options);
  // Keras' windows that are smaller than the stride leave the pixels between them empty, after the last one too.
  const gap = (axis: 0 | 1) => (typeof slide.padding === 'string' && /^valid$/i.test(slide.padding) ? Math.max(0, slide.strides[axis] - (window[axis] - 1) * slide.dilations[axis] - 1) : 0);
  const more = outputPadding === undefined ? ([gap(0), gap(1)] as const) : checkPair(kind, 'outputPadding', outputPadding, 0);
  const initializer = initializerOf(kind, 'kernelInitializer', kernelInitializer);
  const { bias, finish } = endingOf(kind, options);
  return defineLayer({
    kind,
    name,
    params([input]) {
      return { kernel: weight([...window, filters, channelsOf(kind, input!)], initializer), bias: bias(filters) };
    },
    run: ([x], { params }) => finish(convolve(x!, params.kernel!, { ...slide, outputPadding: more }), params.bias),
  });
}
