import { unfoldError } from '@unfoldjs/core';
import { checkOptions, checkRange, describe } from '../check.js';
import type { Layer } from '../types.js';
import type { LayerOptions } from './common.js';
import { defineLayer } from './define-layer.js';

export interface DropoutOptions extends LayerOptions {
  /**
   * Axes of size 1 here are dropped together; `null` stands for the size of the input. Without the batch axis: `[1, 1, null]`
   * drops whole channels. Default: every element by itself.
   */
  readonly noiseShape?: readonly (1 | null)[] | undefined;
}

/**
 * In training sets each element to 0 with probability `rate` and divides the others by `1 - rate`, another choice at every step; at
 * inference nothing.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a rate outside [0, 1) or an unknown option; SHAPE_MISMATCH for a `noiseShape` of
 * another rank.
 * @source N. Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting (2014)
 * @example
 * import { dropout } from '@unfoldjs/nn';
 * dropout(0.5).init([[128]], 1).output; // => [128]
 * dropout(0.2, { noiseShape: [1, 1, null] }); // whole channels of images
 */
export function dropout(rate: number, options: DropoutOptions = {}): Layer {
  const kind = 'dropout';
  checkRange(kind, 'rate', rate, 0, 1);
  if (rate === 1) throw unfoldError({ code: 'INVALID_ARGUMENT', op: kind, argument: 'rate', problem: 'at a rate of 1 nothing is left.', fix: 'pass a rate from 0 up to, and without, 1.' });
  checkOptions(kind, options, ['noiseShape', 'name']);
  const { noiseShape, name } = options;
  if (noiseShape !== undefined && !(Array.isArray(noiseShape) && noiseShape.every((size) => size === 1 || size === null))) {
    throw unfoldError({ code: 'INVALID_ARGUMENT', op: kind, argument: 'noiseShape', problem: `${describe(noiseShape)} is not a list of 1 and null.`, fix: 'pass 1 for each axis that is dropped together and null for the others.' });
  }
  return defineLayer({
    kind,
    name,
    check([input]) {
      if (noiseShape === undefined || noiseShape.length === input!.length) return;
      throw unfoldError({
        code: 'SHAPE_MISMATCH',
        op: kind,
        argument: 'noiseShape',
        problem: `it has ${noiseShape.length} axes, and the input has ${input!.length} beside the batch.`,
        fix: 'give one entry for each axis but the batch.',
      });
    },
    run([x], { context }) {
      if (!context.training || rate === 0) return x!;
      const [batch, ...sizes] = x!.shape;
      const numbers = context.random([batch!, ...sizes.map((size, axis) => noiseShape?.[axis] ?? size)]);
      return numbers.greaterEqual(rate).where(x!.mul(1 / (1 - rate)), 0);
    },
  });
}
