import { resizeBilinear, resizeNearest } from '@unfoldjs/core';
import { checkOneOf, checkOptions, checkPair } from '../check.js';
import type { Layer } from '../types.js';
import type { LayerOptions } from './common.js';
import { channelsOf, defineLayer } from './define-layer.js';

export interface UpSampling2dOptions extends LayerOptions {
  /** How many rows and columns become of one. Default 2. */
  readonly size?: number | readonly [number, number] | undefined;
  /** 'nearest' repeats pixels, 'bilinear' blends them. Default 'nearest'. */
  readonly interpolation?: 'nearest' | 'bilinear' | undefined;
}

/**
 * Larger images: `[N, H, W, C] -> [N, H * size, W * size, C]`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad or unknown option; SHAPE_MISMATCH for inputs that are no images.
 * @source https://keras.io/api/layers/reshaping_layers/up_sampling2d/
 * @example
 * import { upSampling2d } from '@unfoldjs/nn';
 * upSampling2d({ size: [2, 3] }).init([[7, 7, 8]], 1).output; // => [14, 21, 8]
 */
export function upSampling2d(options: UpSampling2dOptions = {}): Layer {
  const kind = 'upSampling2d';
  checkOptions(kind, options, ['size', 'interpolation', 'name']);
  const { size = 2, interpolation = 'nearest', name } = options;
  const [rows, columns] = checkPair(kind, 'size', size);
  checkOneOf(kind, 'interpolation', interpolation, ['nearest', 'bilinear']);
  const resize = interpolation === 'nearest' ? resizeNearest : resizeBilinear;
  return defineLayer({
    kind,
    name,
    check: ([input]) => void channelsOf(kind, input!),
    run: ([x]) => resize(x!, [x!.shape[1]! * rows, x!.shape[2]! * columns], { halfPixelCenters: true }),
  });
}
