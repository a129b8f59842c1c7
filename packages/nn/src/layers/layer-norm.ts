import { layerNorm as normalize } from '@unfoldjs/core';
import { checkBoolean, checkInteger, checkOptions, checkRange } from '../check.js';
import { initializerOf, type Initializer, type InitializerName } from '../initializers.js';
import type { Layer } from '../types.js';
import { weight, type LayerOptions } from './common.js';
import { axisOf, defineLayer } from './define-layer.js';

export interface LayerNormOptions extends LayerOptions {
  /** The axes of the statistics, the batch counted. Default -1. */
  readonly axis?: number | readonly number[] | undefined;
  /** Added to the variance. Default 0.001. */
  readonly epsilon?: number | undefined;
  /** Adds `beta`. Default true. */
  readonly center?: boolean | undefined;
  /** Multiplies by `gamma`. Default true. */
  readonly scale?: boolean | undefined;
  /** Default 'zeros'. */
  readonly betaInitializer?: InitializerName | Initializer | undefined;
  /** Default 'ones'. */
  readonly gammaInitializer?: InitializerName | Initializer | undefined;
}

/**
 * Each example less its mean, divided by its standard deviation, both along `axis`, times `gamma` plus `beta`: the same in training
 * and at inference. Parameters: `gamma`, `beta`, of the sizes of `axis`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad or unknown option; SHAPE_MISMATCH where an axis does not exist.
 * @source https://keras.io/api/layers/normalization_layers/layer_normalization/
 * @example
 * import { layerNorm } from '@unfoldjs/nn';
 * Object.keys(layerNorm().init([[16]], 1).params); // => ['gamma', 'beta']
 */
export function layerNorm(options: LayerNormOptions = {}): Layer {
  const kind = 'layerNorm';
  checkOptions(kind, options, ['axis', 'epsilon', 'center', 'scale', 'betaInitializer', 'gammaInitializer', 'name']);
  const { axis = -1, epsilon = 1e-3, center = true, scale = true, name } = options;
  const given: readonly number[] = typeof axis === 'number' ? [axis] : axis;
  if (!Array.isArray(given) || given.length === 0) checkInteger(kind, 'axis', axis, -Infinity);
  for (const one of given) checkInteger(kind, 'axis', one, -Infinity);
  checkRange(kind, 'epsilon', epsilon, 0, Infinity);
  checkBoolean(kind, 'center', center);
  checkBoolean(kind, 'scale', scale);
  const beta = initializerOf(kind, 'betaInitializer', options.betaInitializer ?? 'zeros');
  const gamma = initializerOf(kind, 'gammaInitializer', options.gammaInitializer ?? 'ones');
  const axesOf = (input: readonly number[]) => [...new Set(given.map((one) => axisOf(kind, one, input)))].sort((a, b) => a - b);
  return defineLayer({
    kind,
    name,
    params([input]) {
      const shape = axesOf(input!).map((at) => input![at - 1]!);
      return { gamma: scale ? weight(shape, gamma) : undefined, beta: center ? weight(shape, beta) : undefined };
    },
    run([x], { params }) {
      const axes = axesOf(x!.shape.slice(1));
      const sizes = x!.shape.map((size, at) => (axes.includes(at) ? size : 1));
      return normalize(x!, { axes, epsilon, scale: params.gamma?.reshape(sizes), offset: params.beta?.reshape(sizes) });
    },
  });
}
