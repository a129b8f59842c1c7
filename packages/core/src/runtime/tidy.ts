import { leavesOf, mapTree } from '../tensor/tree.js';
import { Tensor } from '../tensor/tensor.js';

/** Marks a tensor, or all tensors of a tree, to be disposed of when the scope ends. Returns what it was given. */
export type Own = <T>(tensors: T) => T;

/**
 * A scope for memory: everything marked with `own` inside is disposed of when `work` ends, also by an error, except what `work`
 * returns. Marking is explicit, so that scopes which run at the same time never free each other's tensors. Tensors that are never
 * realised own nothing and need no mark.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where `own` is given something that is no tensor; and whatever `work` throws.
 * @example
 * import { evaluate, setBackend, tensor, tidy } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const total = await tidy(async (own) => {
 *   const squares = own(tensor([1, 2, 3]).mul(2));
 *   await evaluate(squares);
 *   return (await squares.add(1).data())[2];
 * });
 * total; // 7
 */
export async function tidy<T>(work: (own: Own) => T | Promise<T>): Promise<T> {
  const owned = new Set<Tensor>();
  const own: Own = (tensors) => {
    for (const tensor of leavesOf(tensors, 'tidy')) owned.add(tensor);
    return tensors;
  };
  try {
    const result = await work(own);
    mapTree(result, 'tidy', (leaf) => leaf instanceof Tensor && owned.delete(leaf));
    return result;
  } finally {
    for (const tensor of owned) tensor.dispose();
  }
}
