import { badArgument } from '../errors/unfold-error.js';
import { describe } from './nested.js';
import { Tensor } from './tensor.js';

/** One leaf, or arrays and plain records of trees. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [name: string]: Tree<Leaf> };

/** A record that is nothing but its own entries. */
const isRecord = (value: unknown): value is { readonly [name: string]: unknown } => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** The tensors of a tree, in order. @throws {UnfoldError} INVALID_ARGUMENT for anything that is no tensor, array or record, or a tree that contains itself. */
export function leavesOf(tree: unknown, op: string): Tensor[] {
  const leaves: Tensor[] = [];
  mapTree(tree, op, (leaf, path) => {
    if (!(leaf instanceof Tensor)) throw notALeaf(op, path, leaf);
    leaves.push(leaf);
    return leaf;
  });
  return leaves;
}

/** The same tree with every leaf replaced. `path` reads like source: `params.conv1[0]`. */
export function mapTree(tree: unknown, op: string, map: (leaf: unknown, path: string) => unknown, path = '', above: readonly unknown[] = []): unknown {
  const isArray = Array.isArray(tree);
  if (!isArray && !isRecord(tree)) return map(tree, path);
  if (above.includes(tree)) {
    throw badArgument(op, path || 'tree', 'the tree contains itself.', 'pass arrays and records without cycles.');
  }
  const inside = [...above, tree];
  if (isArray) return tree.map((entry, i) => mapTree(entry, op, map, `${path}[${i}]`, inside));
  return Object.fromEntries(Object.entries(tree).map(([name, entry]) => [name, mapTree(entry, op, map, path ? `${path}.${name}` : name, inside)]));
}

export const notALeaf = (op: string, path: string, leaf: unknown) =>
  badArgument(op, path || 'tensors', `${describe(leaf)} is not a tensor.`, 'pass tensors, or arrays and records of tensors.');
