import { badArgument, tensor, unfoldError, type Tensor } from '@unfoldjs/core';
import { mapParams, namedParameters, type Params } from '@unfoldjs/nn';

/** A tree of parameters, and what it counts: the examples that it was made from. */
export interface Weighted {
  readonly tree: Params;
  readonly weight: number;
}

/**
 * The mean of trees of one form: `sum(n_s * x_s) / sum(n_s)`, summed in float64 in the order of the trees and rounded to float32 once. So
 * the mean of equal values is that value, and that of one tree the tree. What is not float32 (a counter among moving statistics) is that
 * of the first tree. The result is on the host.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT without trees, or with weights that are not above 0; DATA_MISMATCH for trees of different forms.
 * @example
 * import { tensor } from '@unfoldjs/core';
 * import { weightedMean } from '@unfoldjs/distributed';
 * import { parameterAt } from '@unfoldjs/nn';
 * const mean = await weightedMean([{ tree: { w: tensor([1, 2]) }, weight: 3 }, { tree: { w: tensor([5, 2]) }, weight: 1 }]);
 * await parameterAt(mean, 'w').data(); // => Float32Array [2, 2]
 */
export async function weightedMean(trees: readonly Weighted[]): Promise<Params> {
  checkTrees(trees);
  const total = trees.reduce((sum, { weight }) => sum + weight, 0);
  const parts = trees.map(({ tree, weight }) => ({ named: namedParameters(tree), weight }));
  const means = new Map<string, Tensor>();
  for (const [i, { path, tensor: first }] of parts[0]!.named.entries()) {
    if (first.dtype !== 'float32') {
      means.set(path, tensor(await first.data(), first.shape, first.dtype));
      continue;
    }
    // From -0, which alone changes nothing: 0 + -0 is 0. Loops, since from() with a function takes ten times as long.
    const sums = new Float64Array(first.size).fill(-0);
    for (const { named, weight } of parts) {
      const values = await named[i]!.tensor.data();
      for (let at = 0; at < sums.length; at++) sums[at]! += weight * values[at]!;
    }
    const mean = new Float32Array(first.size);
    for (let at = 0; at < mean.length; at++) mean[at] = sums[at]! / total;
    means.set(path, tensor(mean, first.shape));
  }
  return mapParams(trees[0]!.tree, (_, path) => means.get(path)!);
}

function checkTrees(trees: readonly Weighted[]): void {
  const op = 'weightedMean';
  if (trees.length === 0) throw badArgument(op, 'trees', 'there are none.', 'pass one at least.');
  const [first, ...others] = trees.map(({ tree }) => namedParameters(tree).map(({ path, tensor: { dtype, shape } }) => `${path} ${dtype}[${shape.join(', ')}]`).join('\n'));
  trees.forEach(({ weight }, i) => {
    if (!(weight > 0 && weight < Infinity)) throw badArgument(op, 'trees', `the weight of tree ${i} is ${weight}.`, 'pass weights above 0, and leave out trees that count nothing.');
  });
  const other = others.findIndex((form) => form !== first);
  if (other >= 0) throw unfoldError({ code: 'DATA_MISMATCH', op, argument: 'trees', problem: `tree ${other + 1} has another form than tree 0.\n\n${others[other]}\n\nis not\n\n${first}`, fix: 'pass trees with the same names, shapes and dtypes.' });
}

/** `from - to` of two trees of one form, on the host: what an outer optimizer takes for a gradient. */
export async function difference(from: Params, to: Params): Promise<Params> {
  const others = new Map(namedParameters(to).map(({ path, tensor: other }) => [path, other]));
  const differences = new Map<string, Tensor>();
  for (const { path, tensor: value } of namedParameters(from)) {
    const [a, b] = [await value.data(), await others.get(path)!.data()];
    const between = new Float32Array(a.length);
    for (let at = 0; at < between.length; at++) between[at] = a[at]! - b[at]!;
    differences.set(path, tensor(between, value.shape));
  }
  return mapParams(from, (_, path) => differences.get(path)!);
}
