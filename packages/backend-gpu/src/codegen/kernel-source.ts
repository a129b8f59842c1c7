import type { Attrs, OpDef, TensorType } from '@unfoldjs/core';
import type { ModeFacts } from '../modes.js';
import { withFloatIndices } from './index-math.js';

/** An operand as the generator of a kernel sees it. */
export interface SourceOperand {
  readonly type: TensorType;
  /** Where its elements are; null where they are nowhere in this order, and are read through `moved`. */
  readonly source: ArgumentSource | null;
  /** The number to write into the code, where the operand is a scalar that is known. */
  readonly literal: number | null;
  /** The op that would have put the elements of others into this order, had anyone asked for them. */
  readonly moved: { readonly op: { readonly name: string }; readonly attrs: Attrs; readonly inputs: readonly SourceOperand[] } | null;
}

/** One step that needs kernels. */
export interface SourceCall {
  readonly op: OpDef;
  readonly attrs: Attrs;
  readonly inputs: readonly SourceOperand[];
  readonly output: TensorType;
  readonly facts: ModeFacts;
}

/** Where an argument of a kernel comes from: a value of the program, or the result of an earlier kernel of the same step. */
export type ArgumentSource = { readonly value: number } | { readonly kernel: number };

/** A function in the language of the device, which a kernel calls by its name. */
export interface NativeFunction {
  readonly name: string;
  readonly argumentTypes: Readonly<Record<string, 'Integer'>>;
  readonly returnType: 'Number' | 'Array(4)';
  readonly source: string;
}

/** One gpu.js kernel: source text with every size written in, and how it is bound. */
export interface KernelSource {
  /** For people: `matmul + 2`. */
  readonly name: string;
  /** Why this form. */
  readonly reason: string;
  /** `function (a0, a1) { ... }`: a string, so that no compiler or minifier ever touches it. */
  readonly source: string;
  readonly native?: NativeFunction;
  /** gpu.js's `output`: threads along x, y, z. Their product is the number of elements, in row-major order with x last. */
  readonly output: readonly number[];
  /** The threads that have something to do, where those are not all: as `output`, not more along any axis. */
  readonly threads?: readonly number[];
  /** Elements that a thread returns at once, for a kernel of the same step only. Default 1. */
  readonly components?: 4;
  /** What binds to a0, a1, ... */
  readonly arguments: readonly ArgumentSource[];
}

/** The kernels of a step; the last one writes its result. */
export type Generator = (call: SourceCall) => readonly KernelSource[];

/** The arguments of one kernel, in the order in which its code first names them. */
export class Bindings {
  readonly list: ArgumentSource[] = [];
  readonly #names = new Map<string, string>();

  constructor(private readonly call: SourceCall) {}

  /** The name under which an operand of the step is read. */
  operand(index: number): string {
    return this.read(this.call.inputs[index]!);
  }

  /** The name under which the result of an earlier kernel of the step is read. */
  kernel(index: number): string {
    return this.#bind({ kernel: index });
  }

  /** The name under which the elements of an operand are read, in the order in which they lie. */
  read({ source }: SourceOperand): string {
    if (!source) throw new Error('internal: an operand that is read through was bound.');
    return this.#bind(source);
  }

  #bind(source: ArgumentSource): string {
    const key = 'value' in source ? `value ${source.value}` : `kernel ${source.kernel}`;
    let name = this.#names.get(key);
    if (name === undefined) {
      name = `a${this.list.length}`;
      this.#names.set(key, name);
      this.list.push(source);
    }
    return name;
  }

  /** `function (a0, a1) { ... }` */
  functionOf(lines: readonly string[]): string {
    const source = `function (${this.list.map((_, i) => `a${i}`).join(', ')}) {\n  ${lines.join('\n  ')}\n}`;
    return this.call.facts.integers ? source : withFloatIndices(source);
  }
}
