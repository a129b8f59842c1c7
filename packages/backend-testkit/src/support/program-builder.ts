import { type Attrs, type OpDef, type Program, type ProgramConstant, type Step, type TensorType, type TypedArray, type ValueId } from '@unfoldjs/core';
import { builtInOps } from '@unfoldjs/core/reference';
import { fail } from './fail.js';

export const opNamed = (name: string): OpDef => builtInOps.get(name) ?? fail(`there is no op ${name}`);

/** Writes programs step by step, as the compiler would emit them. */
export class ProgramBuilder {
  readonly #values: TensorType[] = [];
  readonly #inputs: { value: ValueId }[] = [];
  readonly #constants: ProgramConstant[] = [];
  readonly #steps: Step[] = [];

  input(type: TensorType): ValueId {
    const value = this.#values.push(type) - 1;
    this.#inputs.push({ value });
    return value;
  }

  constant(type: TensorType, data: TypedArray): ValueId {
    const value = this.#values.push(type) - 1;
    this.#constants.push({ value, data });
    return value;
  }

  step(name: string, inputs: readonly ValueId[], attrs: Attrs = {}): ValueId {
    const op = opNamed(name);
    const operands = inputs.map((value) => ({ value, type: this.#values[value]! }));
    const type = op.infer(operands.map((operand) => operand.type), attrs);
    const output = this.#values.push(type) - 1;
    this.#steps.push({ op, attrs, inputs: operands, output, type });
    return output;
  }

  program(outputs: readonly ValueId[]): Program {
    return { values: this.#values, inputs: this.#inputs, constants: this.#constants, steps: this.#steps, outputs };
  }
}
