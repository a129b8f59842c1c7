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

  /** A shape as a tensor of the file, or null where a size is no multiple of a free one. */
  shape(sizes: readonly Size[]): Wire | null {
    if (sizes.every(isFixed)) return this.graph.ints(sizes.map(([size]) => size));
    const parts = sizes.map((size) => (isFixed(size) ? this.graph.ints([size[0]]) : this.#multiple(size)));
    return parts.includes(null) ? null : this.graph.op('Concat', parts as Wire[], { axis: 0 });
  }

  /** `[factor * free size]`, read from the input that shows it. */
  #multiple(size: Size): Wire | null {
    const base = this.free.find(({ sizes }) => size[0] % sizes[0] === 0 && size[0] / sizes[0] === size[1] / sizes[1]);
    if (!base) return null;
    const factor = size[0] / base.sizes[0];
    const key = `${base.name}*${factor}`;
    let wire = this.#wires.get(key);
    if (!wire) {
      const { input, axis } = base.at;
      const shape = this.graph.op('Shape', [this.inputs[input]!]);
      const one = this.graph.op('Gather', [shape, this.graph.ints([axis])], { axis: 0 });
      wire = factor === 1 ? one : this.graph.op('Mul', [one, this.graph.ints([factor])]);
      this.#wires.set(key, wire);
    }
    return wire;
  }
}
