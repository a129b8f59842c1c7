import type { DType } from '@unfoldjs/core';
import { transposed, type HostArray } from '../model/host-array.js';
import type { GraphWriter, Wire, WrittenNode } from './graph-writer.js';
import { isSame, isSameShape, type Size } from './sizes.js';

/** An order of axes: axis i of the result is axis `perm[i]`. */
export type Perm = readonly number[];

export const identity = (rank: number): Perm => Array.from({ length: rank }, (_, axis) => axis);
const isSamePerm = (a: Perm, b: Perm): boolean => a.length === b.length && a.every((axis, i) => axis === b[i]);

/** What a value's elements are, apart from the order of its axes. */
interface Elements {
  readonly sizes: readonly Size[];
  readonly dtype: DType;
  /** Known ones are written when they are asked for, once in each order. */
  readonly host: HostArray | null;
  readonly hint: string | null;
  /** Every order in which the file has them. */
  readonly forms: { readonly perm: Perm; readonly wire: Wire }[];
  /** The node that makes the first form. */
  readonly maker: WrittenNode | null;
  readonly origin: Value | null;
}

interface ValueOptions {
  /** The order of the value's axes in which the wire has them. */
  readonly perm?: Perm;
  /** The node that makes it, if a following op may become part of that. */
  readonly maker?: WrittenNode | null;
  readonly origin?: Value;
}

/**
 * A value of the graph with every layout in which the file has it. A transpose is no node but another view of the same elements; only
 * who asks for an order that is not there has it written.
 */
export class Value {
  private constructor(
    private readonly graph: GraphWriter,
    private readonly elements: Elements,
    /** Axis i of this value is axis `view[i]` of the elements. */
    private readonly view: Perm,
    /** False where something else than the next op reads what this is a view of. */
    readonly isSole: boolean,
  ) {}

  /** What a wire holds. */
  static of(graph: GraphWriter, dtype: DType, sizes: readonly Size[], wire: Wire, { perm = identity(sizes.length), maker = null, origin }: ValueOptions = {}): Value {
    return new Value(graph, { sizes, dtype, host: null, hint: null, forms: [{ perm, wire }], maker, origin: origin ?? null }, identity(sizes.length), true);
  }

  static known(graph: GraphWriter, host: HostArray, hint: string | null = null): Value {
    return new Value(graph, { sizes: host.shape.map((size) => [size, size]), dtype: host.dtype, host, hint, forms: [], maker: null, origin: null }, identity(host.shape.length), true);
  }

  get dtype(): DType {
    return this.elements.dtype;
  }

  get sizes(): readonly Size[] {
    return this.view.map((axis) => this.elements.sizes[axis]!);
  }

  get rank(): number {
    return this.view.length;
  }

  get isKnown(): boolean {
    return this.elements.host !== null;
  }

  /** The elements in the order of the value's axes, where they are known. */
  get host(): HostArray | null {
    const { host } = this.elements;
    return host && (isSamePerm(this.view, identity(this.rank)) ? host : transposed(host, this.view));
  }

  get hint(): string | null {
    return this.elements.hint;
  }

  /** The node that makes it, while nothing else reads what it gives. */
  get maker(): WrittenNode | null {
    return this.isSole ? this.elements.maker : null;
  }

  /** What it was before it took this shape, while its axes are in the order that they got then. */
  get origin(): Value | null {
    return isSamePerm(this.view, identity(this.rank)) ? this.elements.origin : null;
  }

  /** What it was before it got this axis of size 1, with the others in the order that they have here. */
  withoutAxis(axis: number): Value | null {
    const { origin, sizes } = this.elements;
    const at = this.view[axis]!;
    const isThat = origin?.rank === this.rank - 1 && isSameShape(origin.sizes, sizes.filter((_, own) => own !== at));
    return isThat && isSame(sizes[at]!, [1, 1]) ? origin.transposed(this.view.filter((own) => own !== at).map((own) => (own > at ? own - 1 : own)), this.isSole) : null;
  }

  /** The orders of its axes in which it needs no transpose; for known elements, that in which they were given. */
  get perms(): Perm[] {
    const { forms, host } = this.elements;
    const own = forms.length > 0 || !host ? forms.map(({ perm }) => perm) : [identity(this.rank)];
    return own.map((perm) => perm.map((axis) => this.view.indexOf(axis)));
  }

  /** Whether it lies in that order already; known elements were given in one. */
  lies(perm: Perm): boolean {
    return this.perms.some((own) => isSamePerm(own, perm));
  }

  transposed(perm: Perm, isSole: boolean): Value {
    return new Value(this.graph, this.elements, perm.map((axis) => this.view[axis]!), this.isSole && isSole);
  }

  /** The wire that holds it with its axes in the order `perm`. */
  wire(perm: Perm = identity(this.rank)): Wire {
    const { forms, host, hint } = this.elements;
    const wanted = perm.map((axis) => this.view[axis]!);
    const found = forms.find((form) => isSamePerm(form.perm, wanted));
    if (found) return found.wire;
    const wire = host
      ? this.graph.constant(isSamePerm(wanted, identity(this.rank)) ? host : transposed(host, wanted), hint)
      : this.graph.op('Transpose', [forms[0]!.wire], { perm: wanted.map((axis) => forms[0]!.perm.indexOf(axis)) });
    forms.push({ perm: wanted, wire });
    return wire;
  }

  /** The same with axes of size 1 before the others, as broadcasting adds them. */
  lifted(rank: number): Value {
    const more = rank - this.rank;
    if (more === 0) return this;
    const ones = Array.from({ length: more }, (): Size => [1, 1]);
    const { host, hint } = this;
    if (host) return Value.known(this.graph, { ...host, shape: [...ones.map(() => 1), ...host.shape] }, hint);
    const wire = this.graph.op('Unsqueeze', [this.wire(), this.graph.ints(ones.map((_, axis) => axis))]);
    return Value.of(this.graph, this.dtype, [...ones, ...this.sizes], wire);
  }
}
