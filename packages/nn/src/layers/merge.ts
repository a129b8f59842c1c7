import { broadcastShapes, concat as concatenate, formatShape, unfoldError, type Shape, type Tensor } from '@unfoldjs/core';
import { checkInteger, checkOptions } from '../check.js';
import type { Layer } from '../types.js';
import type { LayerOptions } from './common.js';
import { axisOf, defineLayer } from './define-layer.js';

/** The inputs combined element by element; sizes of 1 are repeated. */
function elementwise(kind: string, combine: (a: Tensor, b: Tensor) => Tensor, options: LayerOptions): Layer {
  checkOptions(kind, options, ['name']);
  return defineLayer({
    kind,
    name: options.name,
    isMerge: true,
    check: (inputs) => void inputs.reduce((a, b) => (a.length === b.length ? broadcastShapes(a, b) : null) ?? refuseShapes(kind, inputs)),
    run: (inputs) => inputs.reduce(combine),
  });
}

function refuseShapes(kind: string, inputs: readonly Shape[]): never {
  throw unfoldError({
    code: 'SHAPE_MISMATCH',
    op: kind,
    argument: 'inputs',
    problem: `the branches have the shapes ${inputs.map(formatShape).join(' and ')} (without the batch axis).`,
    fix: "bring them to one shape: padding 'same' and equal strides for the pixels, a conv2d of 1 x 1 for the channels.",
  });
}

/**
 * The sum of two branches or more, of one shape.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an unknown option; SHAPE_MISMATCH for branches of different shapes.
 * @source https://keras.io/api/layers/merging_layers/add/
 * @example
 * import { add, connect, dense, functional, input } from '@unfoldjs/nn';
 * const x = input([8]);
 * functional(x, connect(add(), x, x.pipe(dense({ units: 8 }))));
 */
export const add = (options: LayerOptions = {}): Layer => elementwise('add', (a, b) => a.add(b), options);

/**
 * The product of two branches or more, of one shape or with sizes of 1 that are repeated: gates for channels.
 *
 * @throws {UnfoldError} as {@link add}.
 * @source https://keras.io/api/layers/merging_layers/multiply/
 */
export const multiply = (options: LayerOptions = {}): Layer => elementwise('multiply', (a, b) => a.mul(b), options);

export interface ConcatOptions extends LayerOptions {
  /** The axis, the batch counted. Default -1: the channels. */
  readonly axis?: number | undefined;
}

/**
 * Two branches or more side by side along an axis.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad or unknown option; SHAPE_MISMATCH for branches that differ in another axis.
 * @source https://keras.io/api/layers/merging_layers/concatenate/
 * @example
 * import { concat } from '@unfoldjs/nn';
 * concat().init([[7, 7, 8], [7, 7, 24]], 1).output; // => [7, 7, 32]
 */
export function concat(options: ConcatOptions = {}): Layer {
  const kind = 'concat';
  checkOptions(kind, options, ['axis', 'name']);
  const { axis = -1, name } = options;
  checkInteger(kind, 'axis', axis, -Infinity);
  return defineLayer({
    kind,
    name,
    isMerge: true,
    check(inputs) {
      const [first, ...others] = inputs as [Shape, ...Shape[]];
      const at = axisOf(kind, axis, first) - 1;
      const fits = others.every((shape) => shape.length === first.length && shape.every((size, i) => i === at || size === first[i]));
      if (!fits) refuseShapes(kind, inputs);
    },
    run: (inputs) => concatenate(inputs, axis),
  });
}
