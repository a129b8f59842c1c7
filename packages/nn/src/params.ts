import { Tensor, unfoldError } from '@unfoldjs/core';
import wildcardMatch from 'wildcard-match';
import type { Params } from './types.js';

/** A parameter and its place: `conv1.kernel`. */
export interface NamedParameter {
  readonly path: string;
  readonly tensor: Tensor;
}

/**
 * The parameters of a tree with their paths, in the order of the tree.
 *
 * @example
 * import { tensor } from '@unfoldjs/core';
 * import { namedParameters } from '@unfoldjs/nn';
 * const params = { dense: { kernel: tensor([[1, 2]]), bias: tensor([0, 0]) } };
 * namedParameters(params).map(({ path }) => path); // => ['dense.kernel', 'dense.bias']
 */
export function namedParameters(params: Params, prefix = ''): NamedParameter[] {
  return Object.entries(params).flatMap(([name, entry]) => {
    const path = prefix + name;
    return entry instanceof Tensor ? [{ path, tensor: entry }] : namedParameters(entry, `${path}.`);
  });
}

/** The same tree with every parameter replaced. */
export function mapParams(params: Params, map: (tensor: Tensor, path: string) => Tensor, prefix = ''): Params {
  return Object.fromEntries(
    Object.entries(params).map(([name, entry]) => {
      const path = prefix + name;
      return [name, entry instanceof Tensor ? map(entry, path) : mapParams(entry, map, `${path}.`)];
    }),
  );
}

/** The tree with the parameters of given paths replaced. */
export const withParameters = (params: Params, replacements: ReadonlyMap<string, Tensor>): Params =>
  mapParams(params, (tensor, path) => replacements.get(path) ?? tensor);

/**
 * What a name names. With `*` (any characters of one part), `?` (one of them) or `**` (any number of parts) it is a glob for whole paths:
 * 'conv1.*' and '**.bias' name 'conv1.bias'. Any other is a run of whole parts, wherever in the path it stands: 'conv1', 'conv1.bias'
 * and 'bias' all name 'model.conv1.bias'.
 */
const namer = (name: string): ((path: string) => boolean) => (/[*?]/.test(name) ? wildcardMatch(name, '.') : (path) => `.${path}.`.includes(`.${name}.`));

/**
 * The paths of those parameters in the trees that one of `names` names.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where a name names no parameter.
 */
export function selectParameters(op: string, argument: string, trees: readonly Params[], names: readonly string[]): Set<string> {
  const paths = trees.flatMap((tree) => namedParameters(tree).map(({ path }) => path));
  const selected = names.map((name) => paths.filter(namer(name)));
  const unknown = names[selected.findIndex((found) => found.length === 0)];
  if (unknown !== undefined) {
    throw unfoldError({
      code: 'INVALID_ARGUMENT',
      op,
      argument,
      problem: `no parameter is named by ${JSON.stringify(unknown)}; there are ${paths.join(', ')}.`,
      fix: "use a layer's name, a parameter's path, a last name such as 'bias', or a glob such as 'conv1.*' or '**.bias'.",
    });
  }
  return new Set(selected.flat());
}
