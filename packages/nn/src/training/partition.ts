import { Tensor } from '@unfoldjs/core';
import { selectParameters } from '../params.js';
import type { Params } from '../types.js';

/** The parameters for which `test` holds, and the others: two trees without empty records. */
export function partitionParams(params: Params, test: (path: string) => boolean, prefix = ''): readonly [Params, Params] {
  const chosen: Record<string, Tensor | Params> = {};
  const rest: Record<string, Tensor | Params> = {};
  for (const [name, entry] of Object.entries(params)) {
    const path = prefix + name;
    if (entry instanceof Tensor) {
      (test(path) ? chosen : rest)[name] = entry;
      continue;
    }
    const [in_, out] = partitionParams(entry, test, `${path}.`);
    if (Object.keys(in_).length > 0) chosen[name] = in_;
    if (Object.keys(out).length > 0) rest[name] = out;
  }
  return [chosen, rest];
}

/** Two trees that share no parameter as one. */
export function mergeParams(a: Params, b: Params = {}): Params {
  const merged: Record<string, Tensor | Params> = { ...a };
  for (const [name, entry] of Object.entries(b)) {
    const own = merged[name];
    merged[name] = own === undefined || own instanceof Tensor || entry instanceof Tensor ? entry : mergeParams(own, entry);
  }
  return merged;
}

/**
 * The parameters that a training with `frozen` changes, as one tree: the form of its gradients.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where a name names neither a parameter nor a moving statistic.
 * @example
 * import { dense, namedParameters, sequential, trainedParams } from '@unfoldjs/nn';
 * const init = sequential([dense({ units: 2 })]).init([[3]], 1);
 * namedParameters(trainedParams(init, ['bias'])).map(({ path }) => path); // => ['dense.kernel']
 */
export function trainedParams({ params, state }: { readonly params: Params; readonly state: Params }, frozen: readonly string[] = []): Params {
  const isFrozen = selectParameters('trainedParams', 'frozen', [params, state], frozen);
  return partitionParams(params, (path) => !isFrozen.has(path))[0];
}
