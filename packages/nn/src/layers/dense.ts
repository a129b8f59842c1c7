import { unfoldError } from '@unfoldjs/core';
import { checkInteger, checkOptions } from '../check.js';
import { initializerOf, type Initializer, type InitializerName } from '../initializers.js';
import type { Layer } from '../types.js';
import { endingOf, outputOptionNames, weight, type LayerOptions, type OutputOptions } from './common.js';
import { defineLayer } from './define-layer.js';

export interface DenseOptions extends LayerOptions, OutputOptions {
  /** The number of outputs. */
  readonly units: number;
  /** Default 'glorotUniform'. */
  readonly kernelInitializer?: InitializerName | Initializer | undefined;
}

/**
 * Every output a weighted sum of all inputs: `[N, ..., C] -> [N, ..., units]`, along the last axis. Parameters: `kernel`
 * `[C, units]`, `bias` `[units]`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad or unknown option; SHAPE_MISMATCH for an input without axes.
 * @source https://keras.io/api/layers/core_layers/dense/
 * @example
 * import { dense } from '@unfoldjs/nn';
 * dense({ units: 10, activation: 'softmax' }).init([[64]], 1).output; // => [10]
 */
export function dense(options: DenseOptions): Layer {
  const kind = 'dense';
  checkOptions(kind, options, ['units', ...outputOptionNames, 'kernelInitializer', 'name']);
  const { units, kernelInitializer = 'glorotUniform', name } = options;
  checkInteger(kind, 'units', units, 1);
  const initializer = initializerOf(kind, 'kernelInitializer', kernelInitializer);
  const { bias, finish } = endingOf(kind, options);
  return defineLayer({
    kind,
    name,
    params([input]) {
      const channels = input!.at(-1);
      if (channels === undefined) {
        throw unfoldError({ code: 'SHAPE_MISMATCH', op: kind, argument: 'inputs', problem: 'the input is one number without axes.', fix: 'put reshape([1]) before it.' });
      }
      return { kernel: weight([channels, units], initializer), bias: bias(units) };
    },
    run([x], { params }) {
      const { shape } = x!;
      const product = x!.reshape([-1, shape.at(-1)!]).matmul(params.kernel!);
      return finish(product.reshape([...shape.slice(0, -1), units]), params.bias);
    },
  });
}
