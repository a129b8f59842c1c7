import type { Placeholder, Tensor, TensorType } from '@unfoldjs/core';
import type { Dim } from '../model/graph.js';
import type { FreeSize, Size } from './sizes.js';

/** What goes in: its shape and dtype. */
export type ExportInput = Tensor | Placeholder;

/** What functions ask of the sides of images, in the order in which it is tried: some take even ones alone, or multiples of 64. */
export const multiples: readonly number[] = [1, 2, 4, 8, 16, 32, 64];

/**
 * Sizes that stand for free ones while the function is traced: two for each, other than those that networks have, and than each other.
 * Those of images are an odd and an even multiple of what the function takes, because padding and halves depend on that.
 */
const standIns = (isBatch: boolean, multipleOf: number, at: number): Size => (isBatch ? [23 + 24 * at, 29 + 36 * at] : [320 + 128 * at, 448 + 192 * at - (multipleOf % 64)]);

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
export function tracedInputs(inputs: readonly ExportInput[], names: readonly string[], { dynamicBatch, multipleOf, dims }: { readonly dynamicBatch: boolean; readonly multipleOf: number; readonly dims: readonly (readonly Dim[] | null)[] }): TracedInputs {
  const free = new Map<string, FreeSize>();
  const shapes = inputs.map(({ shape }, input) =>
    (shape as readonly (number | null)[]).map((size, axis): Size => {
      const isBatch = axis === 0;
      if (size !== null && !(dynamicBatch && isBatch)) return [size, size];
      const own = dims[input]?.[axis];
      const name = dynamicBatch && isBatch ? batchName : typeof own === 'string' ? own : isBatch ? batchName : `${names[input]}_${axis}`;
      let found = free.get(name);
      if (!found) free.set(name, (found = { name, sizes: standIns(isBatch, multipleOf, free.size), multipleOf: isBatch ? 1 : multipleOf, at: { input, axis } }));
      return found.sizes;
    }),
  );
  const typesOf = (trace: 0 | 1): TensorType[] => inputs.map(({ dtype }, i) => ({ dtype, shape: shapes[i]!.map((size) => size[trace]) }));
  return { free: [...free.values()], types: [typesOf(0), typesOf(1)] };
}

export const batchName = 'N';
