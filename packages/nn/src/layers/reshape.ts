import { unfoldError } from '@unfoldjs/core';
import { checkOptions, describe } from '../check.js';
import type { Layer } from '../types.js';
import type { LayerOptions } from './common.js';
import { defineLayer } from './define-layer.js';

/**
 * The numbers of each example under another shape, given without the batch axis. One size may be -1: it is worked out.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for something that is no shape; SHAPE_MISMATCH where it has not as many elements.
 * @source https://keras.io/api/layers/reshaping_layers/reshape/
 * @example
 * import { reshape } from '@unfoldjs/nn';
 * reshape([7, 7, -1]).init([[784]], 1).output; // => [7, 7, 16]
 */
export function reshape(targetShape: readonly number[], options: LayerOptions = {}): Layer {
  const kind = 'reshape';
  checkOptions(kind, options, ['name']);
  const isShape = Array.isArray(targetShape) && targetShape.every((size) => Number.isInteger(size) && (size > 0 || size === -1)) && targetShape.filter((size) => size === -1).length <= 1;
  if (!isShape) {
    throw unfoldError({
      code: 'INVALID_ARGUMENT',
      op: kind,
      argument: 'targetShape',
      problem: `${describe(targetShape)} is not a shape.`,
      fix: 'pass sizes from 1, without the batch axis; one may be -1.',
    });
  }
  return defineLayer({ kind, name: options.name, run: ([x]) => x!.reshape([x!.shape[0]!, ...targetShape]) });
}
