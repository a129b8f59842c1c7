import { Tensor, unfoldError } from '@unfoldjs/core';
import { namedParameters } from './params.js';
import type { Params } from './types.js';

/**
 * One parameter of a tree by its path.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where there is none.
 * @example
 * import { conv2d, parameterAt, sequential } from '@unfoldjs/nn';
 * const { params } = sequential([conv2d({ filters: 8, kernelSize: 3 })]).init([[28, 28, 1]], 1);
 * parameterAt(params, 'conv2d.kernel').shape; // => [3, 3, 1, 8]
 */
export function parameterAt(params: Params, path: string): Tensor {
  let entry: Tensor | Params | undefined = params;
  for (const name of String(path).split('.')) entry = entry instanceof Tensor || entry === undefined || !Object.hasOwn(entry, name) ? undefined : entry[name];
  if (entry instanceof Tensor) return entry;
  throw unfoldError({
    code: 'INVALID_ARGUMENT',
    op: 'parameterAt',
    argument: 'path',
    problem: `there is no parameter ${JSON.stringify(path)}; there are ${namedParameters(params).map((one) => one.path).join(', ') || 'none'}.`,
    fix: 'pass the names from the model down to the parameter, joined by dots.',
  });
}
