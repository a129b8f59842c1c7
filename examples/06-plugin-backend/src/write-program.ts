import { broadcastStrides, sizeOf, type Program, type Step, type TypedArray } from '@unfoldjs/core';
import type { Kernel, KernelCall } from '@unfoldjs/core/reference';
import { arrays } from './backend.js';

/** Where the values of a program are: arrays of constants, bytes of slots, and which value has which slot. */
export interface Places {
  readonly constants: readonly TypedArray[];
  readonly slots: readonly TypedArray[];
  readonly slotOf: readonly number[];
}

export interface WrittenProgram {
  run(inputs: readonly TypedArray[], outputs: readonly TypedArray[]): void;
  /** The text of each step. */
  readonly sources: readonly string[];
}

/** Operators of JavaScript that do what the op does; of all others the scalar function is called. */
const operators: Readonly<Record<string, (a: string, b: string) => string>> = {
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  div: (a, b) => `${a} / ${b}`,
  max: (a, b) => `Math.max(${a}, ${b})`,
  relu: (a) => `Math.max(${a}, 0)`,
};

/**
 * One function of a whole program. Elementwise steps become loops in it; of the others the kernel is called. A value is an array
 * named `v` and its number. Those in slots lie where they lie at every run, so they are made here.
 */
export function writeProgram(program: Program, kernels: Readonly<Record<string, Kernel>>, { constants, slots, slotOf }: Places): WrittenProgram {
  const fixed = new Map(program.constants.map(({ value }, i) => [value, constants[i]!]));
  for (const { output, type } of program.steps) {
    const slot = slots[slotOf[output]!];
    if (slot) fixed.set(output, new arrays[type.dtype](slot.buffer as ArrayBuffer, slot.byteOffset, sizeOf(type.shape)));
  }
  const helpers: unknown[] = [];
  const helper = (value: unknown): string => `helpers[${helpers.push(value) - 1}]`;
  const sources = program.steps.map((step) => (step.op.isElementwise ? loop(step, helper) : call(step, kernels[step.op.name]!, helper)));

  const named = (list: string, values: readonly number[]): string[] => values.map((value, i) => `const v${value} = ${list}[${i}];`);
  const [values, held] = [[...fixed.keys()], [...fixed.values()]];
  const text = [
    ...named('held', values),
    'return (inputs, outputs) => {',
    ...named('inputs', program.inputs.map(({ value }) => value)),
    ...named('outputs', program.outputs),
    ...sources,
    '};',
  ];
  return { run: new Function('held', 'helpers', text.join('\n'))(held, helpers) as WrittenProgram['run'], sources };
}

function call({ op, attrs, inputs, output, type }: Step, kernel: Kernel, helper: (value: unknown) => string): string {
  const run = (data: readonly TypedArray[], out: TypedArray): void => {
    const kernelCall: KernelCall = { op, attrs, inputs: inputs.map((input, i) => ({ data: data[i]!, type: input.type })), output: { data: out, type } };
    kernel(kernelCall);
  };
  return `${helper(run)}([${inputs.map(({ value }) => `v${value}`)}], v${output}); // ${op.name}`;
}

/** Nested loops over the axes of the result; an operand is read at a sum of indices times its strides. */
function loop({ op, attrs, inputs, output, type }: Step, helper: (value: unknown) => string): string {
  const { shape } = type;
  const isFloat = [...inputs.map((input) => input.type.dtype), type.dtype].every((dtype) => dtype === 'float32');
  const at = (strides: readonly number[]): string => strides.flatMap((stride, axis) => (stride === 0 ? [] : [`i${axis} * ${stride}`])).join(' + ') || '0';
  const operands = inputs.map((input) => `v${input.value}[${at(broadcastStrides(input.type.shape, shape))}]`);
  const operator = isFloat ? operators[op.name] : undefined;
  const scalar = operator ? null : helper(op.scalar!(attrs, inputs.at(-1)!.type.dtype));
  const result = operator ? operator(operands[0]!, operands[1]!) : `scalar(${operands.join(', ')})`;
  const head = shape.map((dim, axis) => `for (let i${axis} = 0; i${axis} < ${dim}; i${axis}++) `).join('');
  const body = `${head}v${output}[${at(broadcastStrides(shape, shape))}] = ${result}; // ${op.name}`;
  return scalar ? `{ const scalar = ${scalar}; ${body.replace(` // ${op.name}`, '')} } // ${op.name}` : body;
}
