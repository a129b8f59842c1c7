import { sizeOf } from '@unfoldjs/core';
import { checkOptions } from '../check.js';
import type { Layer } from '../types.js';
import type { LayerOptions } from './common.js';
import { defineLayer } from './define-layer.js';

/**
 * Every example as one line of numbers: `[N, ...] -> [N, size]`, in row-major order.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an unknown option.
 * @source https://keras.io/api/layers/reshaping_layers/flatten/
 * @example
 * import { flatten } from '@unfoldjs/nn';
 * flatten().init([[7, 7, 32]], 1).output; // => [1568]
 */
export function flatten(options: LayerOptions = {}): Layer {
  checkOptions('flatten', options, ['name']);
  return defineLayer({ kind: 'flatten', name: options.name, run: ([x]) => x!.reshape([x!.shape[0]!, sizeOf(x!.shape.slice(1))]) });
}
