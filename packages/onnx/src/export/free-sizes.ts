import type { Placeholder, Tensor, TensorType } from '@unfoldjs/core';
import type { Dim } from '../model/graph.js';
import type { FreeSize, Size } from './sizes.js';

/** What goes in: its shape and dtype. */
export type ExportInput = Tensor | Placeholder;

/**
 * Sizes that stand for free ones while the function is traced: two for each, other than those that networks have, and than each other.
 * Those of images are an even and an odd one, because padding and halves depend on that; with `isRound` they are multiples of 64, for
 * functions that take no others.
 */
const standIns = (isBatch: boolean, isRound: boolean, at: number): Size => (isBatch ? [23 + 24 * at, 29 + 36 * at] : isRound ? [320 + 128 * at, 448 + 192 * at] : [322 + 128 * at, 447 + 190 * at]);

export interface TracedInputs {
  readonly free: readonly FreeSize[];
  /** The types of the inputs for two traces; the same where no size is free. */
  readonly types: readonly [readonly TensorType[], readonly TensorType[]];
}

/**
 * Sizes that are null are free, and the first of each input where the batch is.
 *
 * @param dims - the names of sizes that a model has; equal ones are one size.
 */
export function tracedInputs(inputs: readonly ExportInput[], names: readonly string[], { dynamicBatch, isRound, dims }: { readonly dynamicBatch: boolean; readonly isRound: boolean; readonly dims: readonly (readonly Dim[] | null)[] }): TracedInputs {
  const free = new Map<string, FreeSize>();
  const shapes = inputs.map(({ shape }, input) =>
    (shape as readonly (number | null)[]).map((size, axis): Size => {
      const isBatch = axis === 0;
      if (size !== null && !(dynamicBatch && isBatch)) return [size, size];
      const own = dims[input]?.[axis];
      const name = dynamicBatch && isBatch ? batchName : typeof own === 'string' ? own : isBatch ? batchName : `${names[input]}_${axis}`;
      let found = free.get(name);
      if (!found) free.set(name, (found = { name, sizes: standIns(isBatch, isRound, free.size), at: { input, axis } }));
      return found.sizes;
    }),
  );
  const typesOf = (trace: 0 | 1): TensorType[] => inputs.map(({ dtype }, i) => ({ dtype, shape: shapes[i]!.map((size) => size[trace]) }));
  return { free: [...free.values()], types: [typesOf(0), typesOf(1)] };
}

export const batchName = 'N';
