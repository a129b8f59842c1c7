import type { Attrs, OpDef, TensorType } from '@unfoldjs/core';
import type { ModeFacts } from '../modes.js';
import { withFloatIndices } from './index-math.js';

/** An operand as the generator of a kernel sees it. */
export interface SourceOperand {
  readonly type: TensorType;
  /** Equal for operands that are the same elements, so that they are bound once. */
  readonly value: number;
  /** The number to write into the code, where the operand is a scalar that is known. */
  readonly literal: number | null;
}

/** One step that needs kernels. */
export interface SourceCall {
  readonly op: OpDef;
  readonly attrs: Attrs;
  readonly inputs: readonly SourceOperand[];
  readonly output: TensorType;
  readonly facts: ModeFacts;
}

/** Where an argument of a kernel comes from: an operand of the step, or the result of an earlier kernel of the same step. */
export type ArgumentSource = { readonly operand: number } | { readonly kernel: number };

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

  /** The name under which an operand is read. */
  operand(index: number): string {
    return this.#bind(`operand ${this.call.inputs[index]!.value}`, { operand: index });
  }

  /** The name under which the result of an earlier kernel of the step is read. */
  kernel(index: number): string {
    return this.#bind(`kernel ${index}`, { kernel: index });
  }

  #bind(key: string, source: ArgumentSource): string {
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
