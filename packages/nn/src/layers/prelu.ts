import { prelu as activate } from '@unfoldjs/core';
import { checkInteger, checkOptions } from '../check.js';
import { initializerOf, type Initializer, type InitializerName } from '../initializers.js';
import type { Layer } from '../types.js';
import { weight, type LayerOptions } from './common.js';
import { axisOf, defineLayer } from './define-layer.js';

export interface PreluOptions extends LayerOptions {
  /** Axes along which all elements share a slope, the batch counted: [1, 2] for one a channel of images. Default: none. */
  readonly sharedAxes?: readonly number[] | undefined;
  /** Default 'zeros'. */
  readonly alphaInitializer?: InitializerName | Initializer | undefined;
}

/**
 * `x` from 0 up, `alpha * x` below, with slopes that are trained. Parameter: `alpha`, of the shape of the input with 1 for the shared
 * axes.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad or unknown option; SHAPE_MISMATCH where an axis does not exist.
 * @source https://keras.io/api/layers/activation_layers/prelu/
 */
export function prelu(options: PreluOptions = {}): Layer {
  const kind = 'prelu';
  checkOptions(kind, options, ['sharedAxes', 'alphaInitializer', 'name']);
  const { sharedAxes = [], alphaInitializer = 'zeros', name } = options;
  for (const axis of sharedAxes) checkInteger(kind, 'sharedAxes', axis, -Infinity);
  const initializer = initializerOf(kind, 'alphaInitializer', alphaInitializer);
  return defineLayer({
    kind,
    name,
    params([input]) {
      const shared = sharedAxes.map((axis) => axisOf(kind, axis, input!) - 1);
      return { alpha: weight(input!.map((size, axis) => (shared.includes(axis) ? 1 : size)), initializer) };
    },
    run: ([x], { params }) => activate(x!, params.alpha!),
  });
}
