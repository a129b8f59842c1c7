import type { OpDef, Program } from '@unfoldjs/core';
import { hostTensor, type HostTensor } from '../files/host-tensor.js';
import { encodeSafetensors } from '../files/safetensors.js';
import { attrToJson, digestOf, digestKey, programFormat, textKey, type ConstantText, type OpText, type ProgramText, type ResultText } from './program-text.js';

export type { ResultText };

export interface ProgramToWrite {
  readonly program: Program;
  readonly madeFor: string;
  /** The names of its inputs. */
  readonly inputs: readonly string[];
  readonly results: readonly ResultText[];
}

/**
 * A program, as a backend is given it, as a safetensors file: its constants are tensors, everything else is text in the metadata. Equal
 * programs are equal bytes. For tools; {@link encodeProgram} writes functions.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an attribute whose name begins with `$`.
 */
export function writeProgram({ program, madeFor, inputs, results }: ProgramToWrite): Uint8Array {
  const ops = new Map<string, OpText>();
  const named = (op: OpDef): string => {
    const { name, args, isPrimitive, isElementwise, isPointwise } = op;
    ops.set(name, { name, args, isPrimitive, isElementwise, isPointwise });
    return name;
  };
  const tensors = new Map<string, HostTensor>();
  const constants = program.constants.map(({ value, data }): ConstantText => {
    const { dtype, shape } = program.values[value]!;
    if (shape.length === 0) return { value, number: attrToJson(data[0]!, named) };
    tensors.set(String(value), hostTensor(dtype, shape, data));
    return { value };
  });
  const text: ProgramText = {
    format: programFormat,
    madeFor,
    values: program.values,
    inputs: program.inputs.map(({ value }, i) => ({ name: inputs[i]!, value })),
    constants,
    steps: program.steps.map(({ op, attrs, inputs: operands, output, type }) => ({
      op: named(op),
      attrs: attrToJson(attrs, named),
      inputs: operands.map(({ value, type: { shape } }) => ({ value, shape })),
      output,
      shape: type.shape,
    })),
    results,
    ops: [...ops.values()],
  };
  const json = JSON.stringify(text);
  return encodeSafetensors(tensors, { [textKey]: json, [digestKey]: digestOf(json) });
}
