import type { Dim } from '../model/graph.js';
import type { GraphWriter, Wire } from './graph-writer.js';

/** One size as two traces of the function have it: different where it depends on a free size. */
export type Size = readonly [number, number];

export const isFixed = ([a, b]: Size): boolean => a === b;
export const isSame = (a: Size, b: Size): boolean => a[0] === b[0] && a[1] === b[1];

export const isSameShape = (a: readonly Size[], b: readonly Size[]): boolean => a.length === b.length && a.every((size, axis) => isSame(size, b[axis]!));

/** A size that each call may choose. `at` is where a call shows it: an input and its axis. */
export interface FreeSize {
  readonly name: string;
  readonly sizes: Size;
  /** The function takes no others. */
  readonly multipleOf: number;
  readonly at: { readonly input: number; readonly axis: number };
}

/** What the sizes of tensors are in terms of the free ones. */
export class Sizes {
  readonly #wires = new Map<string, Wire>();

  constructor(
    private readonly free: readonly FreeSize[],
    private readonly graph: GraphWriter,
    private readonly inputs: readonly Wire[],
  ) {}

  /** For the declaration of a tensor. */
  dimOf(size: Size, fallback: string): Dim {
    return isFixed(size) ? size[0] : (this.free.find(({ sizes }) => isSame(sizes, size))?.name ?? fallback);
  }

  /** A shape as a tensor of the file, or null where a size is neither a multiple of a free one nor always a whole part of it. */
  shape(sizes: readonly Size[]): Wire | null {
    if (sizes.every(isFixed)) return this.graph.ints(sizes.map(([size]) => size));
    const parts = sizes.map((size) => (isFixed(size) ? this.graph.ints([size[0]]) : this.#share(size)));
    return parts.includes(null) ? null : this.graph.op('Concat', parts as Wire[], { axis: 0 });
  }

  /** `[free size * factor / divisor]`, read from the input that shows it. */
  #share(size: Size): Wire | null {
    for (const { name, sizes, multipleOf, at } of this.free) {
      for (let divisor = 1; divisor <= multipleOf; divisor *= 2) {
        const factor = (size[0] * divisor) / sizes[0];
        if (Number.isInteger(factor) && factor * sizes[1] === size[1] * divisor) return this.#wire(`${name} * ${factor} / ${divisor}`, at, factor, divisor);
      }
    }
    return null;
  }

  #wire(key: string, { input, axis }: FreeSize['at'], factor: number, divisor: number): Wire {
    let wire = this.#wires.get(key);
    if (!wire) {
      wire = this.graph.op('Gather', [this.graph.op('Shape', [this.inputs[input]!]), this.graph.ints([axis])], { axis: 0 });
      if (factor !== 1) wire = this.graph.op('Mul', [wire, this.graph.ints([factor])]);
      if (divisor !== 1) wire = this.graph.op('Div', [wire, this.graph.ints([divisor])]);
      this.#wires.set(key, wire);
    }
    return wire;
  }
}
