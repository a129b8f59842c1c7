import { batchNorm as normalize, moments } from '@unfoldjs/core';
import { checkBoolean, checkInteger, checkOptions, checkRange } from '../check.js';
import { initializerOf, type Initializer, type InitializerName } from '../initializers.js';
import type { Layer } from '../types.js';
import { weight, type LayerOptions } from './common.js';
import { axisOf, defineLayer } from './define-layer.js';

export interface BatchNormOptions extends LayerOptions {
  /** The axis of the channels, the batch counted. Default -1. */
  readonly axis?: number | undefined;
  /** How much of the moving statistics each step keeps. Default 0.99. */
  readonly momentum?: number | undefined;
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
  /** Default 'zeros'. */
  readonly movingMeanInitializer?: InitializerName | Initializer | undefined;
  /** Default 'ones'. */
  readonly movingVarianceInitializer?: InitializerName | Initializer | undefined;
}

/**
 * Every channel less its mean, divided by its standard deviation, times `gamma` plus `beta`. In training mean and variance are those
 * of the batch, and the moving ones become `moving * momentum + batch * (1 - momentum)`; at inference the moving ones count. The
 * variance divides by the number of elements, in both, as that of Keras 3. Frozen in a training step, the layer runs as in inference.
 * Parameters: `gamma`, `beta`; state: `movingMean`, `movingVariance`; all `[C]`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad or unknown option; SHAPE_MISMATCH where the axis does not exist.
 * @source https://keras.io/api/layers/normalization_layers/batch_normalization/
 * @example
 * import { batchNorm } from '@unfoldjs/nn';
 * const { params, state } = batchNorm().init([[28, 28, 16]], 1);
 * Object.keys(params); // => ['gamma', 'beta']
 * Object.keys(state); // => ['movingMean', 'movingVariance']
 */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  const kind = 'batchNorm';
  const initializers = ['betaInitializer', 'gammaInitializer', 'movingMeanInitializer', 'movingVarianceInitializer'] as const;
  checkOptions(kind, options, ['axis', 'momentum', 'epsilon', 'center', 'scale', ...initializers, 'name']);
  const { axis = -1, momentum = 0.99, epsilon = 1e-3, center = true, scale = true, name } = options;
  checkInteger(kind, 'axis', axis, -Infinity);
  checkRange(kind, 'momentum', momentum, 0, 1);
  checkRange(kind, 'epsilon', epsilon, 0, Infinity);
  checkBoolean(kind, 'center', center);
  checkBoolean(kind, 'scale', scale);
  const beta = initializerOf(kind, 'betaInitializer', options.betaInitializer ?? 'zeros');
  const gamma = initializerOf(kind, 'gammaInitializer', options.gammaInitializer ?? 'ones');
  const mean = initializerOf(kind, 'movingMeanInitializer', options.movingMeanInitializer ?? 'zeros');
  const variance = initializerOf(kind, 'movingVarianceInitializer', options.movingVarianceInitializer ?? 'ones');
  return defineLayer({
    kind,
    name,
    params([input]) {
      const shape = [input![axisOf(kind, axis, input!) - 1]!];
      return { gamma: scale ? weight(shape, gamma) : undefined, beta: center ? weight(shape, beta) : undefined };
    },
    state([input]) {
      const shape = [input![axisOf(kind, axis, input!) - 1]!];
      return { movingMean: weight(shape, mean), movingVariance: weight(shape, variance) };
    },
    run([x], { params, state, context }) {
      const channelAxis = axisOf(kind, axis, x!.shape.slice(1));
      const isLast = channelAxis === x!.rank - 1;
      /** [C] as it broadcasts to `x`. */
      const along = (perChannel: typeof x) => (isLast ? perChannel : perChannel?.reshape(x!.shape.map((size, at) => (at === channelAxis ? size : 1))));
      const by = (m: typeof x, v: typeof x) => normalize(x!, along(m)!, along(v)!, { scale: along(params.gamma), offset: along(params.beta), epsilon });
      const { movingMean, movingVariance } = state as { movingMean: typeof x; movingVariance: typeof x };
      if (!context.training) return by(movingMean, movingVariance);
      const batch = moments(x!, { axes: x!.shape.map((_, at) => at).filter((at) => at !== channelAxis) });
      const moved = (old: typeof x, now: typeof x) => old!.mul(momentum).add(now!.mul(1 - momentum));
      return {
        output: by(batch.mean, batch.variance),
        state: { movingMean: moved(movingMean, batch.mean), movingVariance: moved(movingVariance, batch.variance) },
      };
    },
  });
}
