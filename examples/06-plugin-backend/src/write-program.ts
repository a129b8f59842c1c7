import { broadcastStrides, bytesPerElement, sameShape, sizeOf, type Program, type Step, type TypedArray } from '@unfoldjs/core';
import type { Kernel } from '@unfoldjs/core/reference';
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

/** What JavaScript has its own words for, where all is float32. Of all other ops the scalar function is called. */
const operators: Readonly<Record<string, (a: string, b: string) => string>> = {
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  div: (a, b) => `${a} / ${b}`,
  max: (a, b) => `Math.max(${a}, ${b})`,
  relu: (a) => `Math.max(${a}, 0)`,
};

/**
 * One function of a whole program. Elementwise steps become loops in it, which those that follow each other share; of the others the
 * kernel is called. A value is an array named `v` and its number. Those in slots lie where they lie at every run, so they are made here.
 */
export function writeProgram(program: Program, kernels: Readonly<Record<string, Kernel>>, { constants, slots, slotOf }: Places): WrittenProgram {
  const fixed = new Map(program.constants.map(({ value }, i) => [value, constants[i]!]));
  for (const { output, type } of program.steps) {
    const slot = slots[slotOf[output]!];
    if (slot) fixed.set(output, new arrays[type.dtype](slot.buffer as ArrayBuffer, slot.byteOffset, sizeOf(type.shape)));
  }
  const helpers: unknown[] = [];
  const helper = (value: unknown): string => `h${helpers.push(value) - 1}`;
  const sources = groupsOf(program.steps, slotOf).flatMap((group) => (group[0]!.op.isElementwise ? loop(group, helper) : [call(group[0]!, kernels, helper)]));

  const named = (letter: string, list: string, numbers: Iterable<number>): string[] => Array.from(numbers, (number, i) => `const ${letter}${number} = ${list}[${i}];`);
  const text = [
    ...named('h', 'helpers', helpers.keys()),
    ...named('v', 'held', fixed.keys()),
    'return (inputs, outputs) => {',
    ...named('v', 'inputs', program.inputs.map(({ value }) => value)),
    ...named('v', 'outputs', program.outputs),
    ...sources,
    '};',
  ];
  return { run: new Function('held', 'helpers', text.join('\n'))([...fixed.values()], helpers) as WrittenProgram['run'], sources };
}

const mostStepsOfLoop = 32;

/** The steps in order, those together that share a loop. */
function groupsOf(steps: readonly Step[], slotOf: readonly number[]): Step[][] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const group = groups.at(-1);
    if (group && group.length < mostStepsOfLoop && canShareLoop([...group, step], slotOf)) group.push(step);
    else groups.push([step]);
  }
  return groups;
}

/**
 * A shared loop runs all steps on one element before it goes to the next. That is right where nobody looks at another element of
 * memory that the loop writes: each value that is made there, or lies in a slot that is written there, is read in full, and its
 * elements are as wide as all others.
 */
function canShareLoop(steps: readonly Step[], slotOf: readonly number[]): boolean {
  const { shape, dtype } = steps[0]!.type;
  if (!steps.every(({ op, type }) => op.isElementwise && sameShape(type.shape, shape))) return false;
  const written = new Set(steps.map(({ output }) => output));
  const slots = new Set(steps.map(({ output }) => slotOf[output]!).filter((slot) => slot >= 0));
  const operands = steps.flatMap(({ inputs, output, type }) => [...inputs, { value: output, type }]);
  return operands
    .filter(({ value }) => written.has(value) || slots.has(slotOf[value]!))
    .every(({ type }) => sameShape(type.shape, shape) && bytesPerElement[type.dtype] === bytesPerElement[dtype]);
}

function call({ op, attrs, inputs, output, type }: Step, kernels: Readonly<Record<string, Kernel>>, helper: (value: unknown) => string): string {
  const kernel = kernels[op.name]!;
  const run = (data: readonly TypedArray[], out: TypedArray): void =>
    kernel({ op, attrs, inputs: inputs.map((input, i) => ({ data: data[i]!, type: input.type })), output: { data: out, type } });
  return `${helper(run)}([${inputs.map(({ value }) => `v${value}`).join(', ')}], v${output}); // ${op.name}`;
}

/** Nested loops over the axes of the results, and in them a line for each step. */
function loop(steps: readonly Step[], helper: (value: unknown) => string): string[] {
  const head = steps[0]!.type.shape.map((dim, axis) => `for (let i${axis} = 0; i${axis} < ${dim}; i${axis}++) `).join('');
  const lines = steps.map((step) => line(step, helper));
  lines[0] = `${head}{ ${lines[0]}`;
  lines[lines.length - 1] += '\n}';
  return lines;
}

/** An operand is read at a sum of indices times its strides. */
function line({ op, attrs, inputs, output, type: { shape, dtype } }: Step, helper: (value: unknown) => string): string {
  const at = (strides: readonly number[]): string => strides.flatMap((stride, axis) => (stride === 0 ? [] : [`i${axis} * ${stride}`])).join(' + ') || '0';
  const operands = inputs.map(({ value, type }) => `v${value}[${at(broadcastStrides(type.shape, shape))}]`);
  const isFloat = [dtype, ...inputs.map(({ type }) => type.dtype)].every((each) => each === 'float32');
  const operator = isFloat ? operators[op.name] : undefined;
  const result = operator ? operator(operands[0]!, operands[1]!) : `${helper(op.scalar!(attrs, inputs.at(-1)!.type.dtype))}(${operands.join(', ')})`;
  return `v${output}[${at(broadcastStrides(shape, shape))}] = ${result}; // ${op.name}`;
}
