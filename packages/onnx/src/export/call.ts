import { sizeOf, type DType, type TensorType } from '@unfoldjs/core';
import type { HostArray } from '../model/host-array.js';
import { CannotWrite } from './refusals.js';
import type { GraphWriter, Wire, WrittenNode } from './graph-writer.js';
import type { Size, Sizes } from './sizes.js';
import type { Step } from './steps.js';
import { identity, Value, type Perm } from './value.js';

/** What goes into an op. */
export interface Operand {
  readonly value: Value;
  /** Whether this op alone reads it. */
  readonly isSole: boolean;
  /** The elements of a constant in both traces. */
  readonly known: readonly [HostArray, HostArray] | null;
  /** Whether these are others for other free sizes. */
  readonly varies: boolean;
}

/** One op while it is written: what it is in both traces, and its operands. */
export class ExportCall<A = Record<string, never>> {
  constructor(
    readonly graph: GraphWriter,
    readonly sizes: Sizes,
    private readonly steps: readonly [Step, Step],
    private readonly operands: readonly Operand[],
  ) {}

  /** The operands. @throws {CannotWrite} where one is a constant that depends on a free size */
  get inputs(): Value[] {
    if (this.operands.some(({ varies }) => varies)) this.refuse('it uses a number that depends on a free size');
    return this.operands.map(({ value }) => value);
  }

  /** For each operand, whether this op alone reads it. */
  get isSole(): boolean[] {
    return this.operands.map(({ isSole }) => isSole);
  }

  /** An operand, whatever the others depend on. */
  operand(index: number): Value {
    return this.operands[index]!.value;
  }

  /** The elements of an operand in both traces, where it is a constant. */
  known(index: number): readonly [HostArray, HostArray] | null {
    return this.operands[index]!.known;
  }

  get opset(): number {
    return this.graph.opset;
  }

  get dtype(): DType {
    return this.steps[0].type.dtype;
  }

  /** The sizes of the result. */
  get shape(): Size[] {
    return pairs(this.steps[0].type, this.steps[1].type);
  }

  /** The attributes in both traces. */
  get both(): readonly [A, A] {
    return [this.steps[0].attrs as A, this.steps[1].attrs as A];
  }

  /** The attributes, where they are the same for every free size. */
  get attrs(): A {
    const [a, b] = this.both as readonly [Record<string, unknown>, Record<string, unknown>];
    const other = Object.keys(a).find((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]));
    if (other) this.refuse(`its ${other} depends on a free size: ${JSON.stringify(a[other])} or ${JSON.stringify(b[other])}`);
    return a as A;
  }

  input(index: number): Value {
    return this.inputs[index]!;
  }

  /** One size of an operand that must not depend on a free one. */
  fixed([a, b]: Size, what: string): number {
    return a === b ? a : this.refuse(`${what} depends on a free size: ${a} or ${b}`);
  }

  /** The result in a wire that holds its axes in the order `perm`. */
  result(wire: Wire, perm: Perm = identity(this.shape.length)): Value {
    return Value.of(this.graph, this.dtype, this.shape, wire, { perm });
  }

  /** The result of a node that a following op may become part of. */
  made(node: WrittenNode, perm: Perm = identity(this.shape.length)): Value {
    return Value.of(this.graph, this.dtype, this.shape, node.output, { perm, maker: node });
  }

  /** The order in which operands of the rank of the result cost least to read. */
  commonPerm(inputs: readonly Value[] = this.inputs): Perm {
    const rank = this.shape.length;
    const full = inputs.filter((input) => input.rank === rank && !input.isKnown);
    const candidates = [...full.flatMap(({ perms }) => perms), identity(rank)];
    const moved = (perm: Perm): number =>
      inputs.reduce((sum, input) => {
        if (input.isKnown) return sum;
        const isThere = input.rank === rank ? input.lies(perm) : perm.every((axis, i) => axis === i);
        return isThere ? sum : sum + sizeOf(input.sizes.map(([size]) => size));
      }, 0);
    const costs = candidates.map(moved);
    return candidates[costs.indexOf(Math.min(...costs))]!;
  }

  /** An operand against others in the order `perm`, as broadcasting needs it. */
  aligned(input: Value, perm: Perm): Wire {
    if (perm.every((axis, i) => axis === i) || input.rank === 0) return input.wire();
    const isNumber = input.isKnown && input.hint === null && input.sizes.every(([size]) => size === 1);
    if (isNumber) return this.graph.constant({ ...input.host!, shape: [] });
    return input.lifted(perm.length).wire(perm);
  }

  /** @throws {CannotWrite} */
  refuse(why: string): never {
    throw new CannotWrite(why);
  }
}

export const pairs = (a: TensorType, b: TensorType): Size[] => a.shape.map((size, axis) => [size, b.shape[axis]!]);
