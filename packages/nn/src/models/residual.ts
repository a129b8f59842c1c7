import { unfoldError } from '@unfoldjs/core';
import { checkOptions, describe } from '../check.js';
import { activation as activationLayer } from '../layers/activation.js';
import { activationOf, type Activation } from '../layers/activations.js';
import type { LayerOptions } from '../layers/common.js';
import { add } from '../layers/merge.js';
import type { Layer, Model, Source } from '../types.js';
import { checkLayer, modelOf, type Step } from './layer-graph.js';

export interface ResidualOptions extends LayerOptions {
  /** What the input passes on its way around the layers, where its shape must change: a conv2d of 1 x 1. Default: nothing. */
  readonly shortcut?: Layer | readonly Layer[] | undefined;
  /** Applied to the sum. Default: none. */
  readonly activation?: Activation | undefined;
}

/**
 * A residual block: the input, on a shortcut around `layers`, is added to what they make of it.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for something that is no layer or an unknown option; SHAPE_MISMATCH, at `init`, where the
 * layers change the shape and no shortcut does the same.
 * @source K. He et al., Deep residual learning for image recognition (2015), arXiv:1512.03385
 * @example
 * import { batchNorm, conv2d, residual } from '@unfoldjs/nn';
 * const block = residual(
 *   [conv2d({ filters: 16, kernelSize: 3, strides: 2, padding: 'same', useBias: false }), batchNorm()],
 *   { shortcut: conv2d({ filters: 16, kernelSize: 1, strides: 2 }), activation: 'relu' },
 * );
 * block.init([[28, 28, 8]], 1).output; // => [14, 14, 16]
 */
export function residual(layers: readonly Layer[], options: ResidualOptions = {}): Model {
  const op = 'residual';
  checkOptions(op, options, ['shortcut', 'activation', 'name']);
  const { shortcut = [], activation, name } = options;
  const around = (Array.isArray(shortcut) ? shortcut : [shortcut]) as readonly Layer[];
  if (!Array.isArray(layers) || layers.length === 0) {
    throw unfoldError({ code: 'INVALID_ARGUMENT', op, argument: 'layers', problem: `${describe(layers)} is not a list of layers.`, fix: 'pass an array of one layer or more.' });
  }
  layers.forEach((layer, i) => checkLayer(op, `layers[${i}]`, layer));
  around.forEach((layer, i) => checkLayer(op, `shortcut[${i}]`, layer));
  if (activation !== undefined) activationOf(op, activation);

  const steps: Step[] = [];
  const chain = (from: Source, more: readonly Layer[]): Source =>
    more.reduce<Source>((inputs, layer) => ({ layer: steps.push({ layer, inputs: [inputs] }) - 1 }), from);
  const main = chain({ input: 0 }, layers);
  const side = chain({ input: 0 }, around);
  const sum = { layer: steps.push({ layer: add(), inputs: [main, side] }) - 1 };
  const output = activation === undefined ? sum : chain(sum, [typeof activation === 'function' ? activationLayer(activation) : activationLayer(activation)]);
  return modelOf({ kind: op, name, inputCount: 1, inputShapes: null, steps, output });
}
