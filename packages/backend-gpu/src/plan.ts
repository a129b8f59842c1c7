import { sizeOf, type Program, type TypedArray, type ValueId } from '@unfoldjs/core';
import { generatorOf } from './codegen/generators.js';
import type { KernelSource, SourceOperand } from './codegen/kernel-source.js';
import { moveOf } from './codegen/reading.js';
import { deviceSize, SharedArray } from './buffers.js';
import { canWrite } from './codegen/literal.js';
import type { ModeFacts } from './modes.js';
import { canReadThrough, onlyReaders } from './read-through.js';

/** A value of the program, or, numbered on from there, the result of a kernel inside a step. */
export type Cell = number;

/** One kernel of a program with what it reads and writes. */
export interface PlannedKernel {
  /** The step of the program that it belongs to. */
  readonly step: number;
  readonly source: KernelSource;
  readonly reads: readonly Cell[];
  readonly writes: Cell;
  readonly elements: number;
  /** The forms of what it reads. gpu.js builds sizes of arguments into a kernel: others are read at wrong places, without an error. */
  readonly forms: string;
}

export interface KernelPlan {
  readonly kernels: readonly PlannedKernel[];
  readonly cells: number;
  /** The index of the last kernel that reads each cell; -1 for none. */
  readonly lastRead: readonly number[];
  /** Steps without kernels of their own, and those whose kernels read through them. */
  readonly readBy: ReadonlyMap<number, number>;
}

/**
 * The kernels of a program in order. A step whose result has no elements needs none, nor does one that only moves elements for a step that
 * can compute where they come from.
 */
export function planKernels(program: Program, facts: ModeFacts): KernelPlan {
  const kernels: PlannedKernel[] = [];
  const literals = new Map<ValueId, number>();
  for (const { value, data } of program.constants) if (data.length === 1 && canWrite(data[0]!, facts)) literals.set(value, data[0]!);

  let cells = program.values.length;
  const forms: string[] = program.values.map((type) => String(deviceSize(type)));
  const emit = (at: number, inputs: readonly SourceOperand[]): void => {
    const { op, attrs, type, output } = program.steps[at]!;
    const sources = generatorOf(op)!({ op, attrs, inputs, output: type, facts });
    const results = sources.map((_, i) => (i === sources.length - 1 ? output : cells++));
    sources.forEach((source, i) => {
      const reads = source.arguments.map((argument) => ('value' in argument ? argument.value : results[argument.kernel]!));
      const elements = sizeOf(source.output) * (source.components ?? 1);
      kernels.push({ step: at, source, reads, writes: results[i]!, elements, forms: reads.map((cell) => forms[cell]).join() });
      if (results[i] !== output) forms[results[i]!] = `${source.output.join('x')}x${source.components ?? 1}`;
    });
  };

  const readers = onlyReaders(program);
  /** Steps that are read through, or made after all when their reader comes. */
  const waiting = new Map<ValueId, { readonly at: number; readonly operand: SourceOperand }>();
  const readBy = new Map<number, number>();
  program.steps.forEach((step, at) => {
    if (sizeOf(step.type.shape) === 0) return;
    const plain = step.inputs.map(({ value, type }): SourceOperand => ({ type, source: { value }, literal: literals.get(value) ?? null, moved: null }));
    const through = plain.map((operand, i) => waiting.get(step.inputs[i]!.value)?.operand ?? operand);
    const chosen = canReadThrough(step, through, facts) ? through : plain;
    for (const { value } of step.inputs) {
      const mover = waiting.get(value);
      if (!mover) continue;
      waiting.delete(value);
      if (chosen === plain) emit(mover.at, mover.operand.moved!.inputs);
      else readBy.set(mover.at, at);
    }
    if (facts.readsThrough && moveOf(step.op) && readers.has(step.output)) {
      waiting.set(step.output, { at, operand: { type: step.type, source: null, literal: null, moved: { op: step.op, attrs: step.attrs, inputs: chosen } } });
    } else {
      emit(at, chosen);
    }
  });

  const lastRead = new Array<number>(cells).fill(-1);
  kernels.forEach(({ reads }, at) => {
    for (const cell of reads) lastRead[cell] = at;
  });
  return { kernels, cells, lastRead, readBy };
}

/**
 * The constants that kernels read, float32 as they stand in the program (nobody writes to them, so that they are not held twice),
 * others as copies; and the element that stands for tensors without any.
 */
export function fixedArrays(program: Program, plan: KernelPlan): Map<Cell, SharedArray> {
  const arrays = new Map<Cell, SharedArray>();
  program.values.forEach((type, value) => {
    if (plan.lastRead[value]! >= 0 && sizeOf(type.shape) === 0) arrays.set(value, new SharedArray(1));
  });
  for (const { value, data } of program.constants) if (data.length > 0 && plan.lastRead[value]! >= 0) arrays.set(value, asDevice(data));
  return arrays;
}

const asDevice = (data: TypedArray): SharedArray =>
  data instanceof Float32Array ? new SharedArray(data.buffer as ArrayBuffer, data.byteOffset, data.length) : (SharedArray.from(data) as SharedArray);

/** Bytes that the fixed arrays hold beside the program's own constants. */
export function bytesBeside(program: Program, fixed: ReadonlyMap<Cell, SharedArray>): number {
  const borrowed = new Set(program.constants.map(({ data }) => data.buffer));
  return [...fixed.values()].reduce((sum, array) => sum + (borrowed.has(array.buffer) ? 0 : array.byteLength), 0);
}
