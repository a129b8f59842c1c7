import { unfoldError, type Shape } from '@unfoldjs/core';
import { checkOptions, checkShape, describe } from '../check.js';
import type { LayerOptions } from '../layers/common.js';
import type { Layer, Model } from '../types.js';
import { checkLayer, modelOf, shapeAfter } from './layer-graph.js';

export interface SequentialOptions extends LayerOptions {
  /** The shape of the input without the batch axis. With it the layers are checked at once, and `summary()` needs no other. */
  readonly inputShape?: Shape | undefined;
}

/**
 * Layers one after another. A model holds no parameters: `init` makes them; and it is a layer, so that models go into models.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for something that is no layer, or one layer twice; NAME_TAKEN for a name twice;
 * SHAPE_MISMATCH where layers do not fit the input shape.
 * @source https://keras.io/api/models/sequential/
 * @example
 * import { conv2d, dense, flatten, maxPool2d, sequential } from '@unfoldjs/nn';
 * const model = sequential([
 *   conv2d({ filters: 16, kernelSize: 3, activation: 'relu' }),
 *   maxPool2d(),
 *   flatten(),
 *   dense({ units: 10 }),
 * ]);
 * const { params, output } = model.init([[28, 28, 1]], 1);
 * output; // => [10]
 * Object.keys(params); // => ['conv2d', 'dense']
 */
export function sequential(layers: readonly Layer[], options: SequentialOptions = {}): Model {
  const op = 'sequential';
  checkOptions(op, options, ['inputShape', 'name']);
  const { inputShape, name } = options;
  if (!Array.isArray(layers) || layers.length === 0) {
    throw unfoldError({ code: 'INVALID_ARGUMENT', op, argument: 'layers', problem: `${Array.isArray(layers) ? 'the list is empty' : `${describe(layers)} is not a list`}.`, fix: 'pass an array of one layer or more.' });
  }
  layers.forEach((layer, i) => {
    checkLayer(op, `layers[${i}]`, layer);
    const first = layers.indexOf(layer);
    if (first === i) return;
    throw unfoldError({
      code: 'INVALID_ARGUMENT',
      op,
      argument: `layers[${i}]`,
      problem: `it is the same object as layers[${first}].`,
      fix: `call ${layer.kind}(...) for each place, or share weights on purpose with functional() and connect().`,
    });
  });
  if (inputShape !== undefined) checkShape(op, 'inputShape', inputShape);
  const model = modelOf({
    kind: op,
    name,
    inputCount: 1,
    inputShapes: inputShape ? [inputShape] : null,
    steps: layers.map((layer, i) => ({ layer, inputs: [i === 0 ? { input: 0 } : { layer: i - 1 }] })),
    output: { layer: layers.length - 1 },
  });
  if (inputShape) shapeAfter(model, [inputShape]);
  return model;
}
