import { checkOptions } from '../check.js';
import type { Layer } from '../types.js';
import { activationOf, type ActivationFunction, type ActivationName, type ActivationOptions } from './activations.js';
import type { LayerOptions } from './common.js';
import { defineLayer } from './define-layer.js';

/**
 * A function of each element (softmax: of each line along the last axis), by name or your own.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an unknown name.
 * @source https://keras.io/api/layers/activations/
 * @example
 * import { activation } from '@unfoldjs/nn';
 * activation('relu').init([[28, 28, 8]], 1).output; // => [28, 28, 8]
 * activation('leakyRelu', { alpha: 0.1 });
 * activation((x) => x.mul(x.sigmoid()));
 */
export function activation<Name extends ActivationName>(name: Name, options?: ActivationOptions<Name> & LayerOptions): Layer;
export function activation(fn: ActivationFunction, options?: LayerOptions): Layer;
export function activation(given: ActivationName | ActivationFunction, options: LayerOptions = {}): Layer {
  const kind = 'activation';
  if (typeof given === 'function') checkOptions(kind, options, ['name']);
  const { name, ...own } = options;
  const activate = activationOf(kind, given, Object.keys(own).length > 0 ? own : undefined);
  return defineLayer({ kind, name, run: ([x]) => activate(x!) });
}
