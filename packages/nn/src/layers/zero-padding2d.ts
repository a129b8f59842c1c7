import { pad, unfoldError } from '@unfoldjs/core';
import { checkOptions, checkPair, describe } from '../check.js';
import type { Layer } from '../types.js';
import type { LayerOptions } from './common.js';
import { channelsOf, defineLayer } from './define-layer.js';

type Pair = readonly [number, number];

export interface ZeroPadding2dOptions extends LayerOptions {
  /** Pixels on all sides, [height, width], or [[top, bottom], [left, right]]. Default 1. */
  readonly padding?: number | Pair | readonly [Pair, Pair] | undefined;
}

/**
 * Images `[N, H, W, C]` with zeros around them.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad or unknown option; SHAPE_MISMATCH for inputs that are no images.
 * @source https://keras.io/api/layers/reshaping_layers/zero_padding2d/
 * @example
 * import { zeroPadding2d } from '@unfoldjs/nn';
 * zeroPadding2d({ padding: [[0, 1], [2, 3]] }).init([[4, 4, 1]], 1).output; // => [5, 9, 1]
 */
export function zeroPadding2d(options: ZeroPadding2dOptions = {}): Layer {
  const kind = 'zeroPadding2d';
  checkOptions(kind, options, ['padding', 'name']);
  const [rows, columns] = pairsOf(kind, options.padding ?? 1);
  return defineLayer({
    kind,
    name: options.name,
    check: ([input]) => void channelsOf(kind, input!),
    run: ([x]) => pad(x!, [[0, 0], rows, columns, [0, 0]]),
  });
}

function pairsOf(kind: string, padding: unknown): readonly [Pair, Pair] {
  if (!Array.isArray(padding) || !padding.some(Array.isArray)) {
    const [height, width] = checkPair(kind, 'padding', padding, 0);
    return [[height, height], [width, width]];
  }
  if (padding.length !== 2 || !padding.every(Array.isArray)) {
    throw unfoldError({ code: 'INVALID_ARGUMENT', op: kind, argument: 'padding', problem: `${describe(padding)} is not a padding.`, fix: 'pass pixels, [height, width] or [[top, bottom], [left, right]].' });
  }
  return [checkPair(kind, 'padding', padding[0], 0), checkPair(kind, 'padding', padding[1], 0)];
}
