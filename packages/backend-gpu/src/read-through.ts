import { sameShape, sizeOf, type Program, type Step, type ValueId } from '@unfoldjs/core';
import type { SourceOperand } from './codegen/kernel-source.js';
import { leavesOf, moveOf, movesOf } from './codegen/reading.js';
import type { ModeFacts } from './modes.js';

/** So many moves in one operand at most: beyond, code grows faster than memory is saved. */
const mostMoves = 16;

/** Values that one step reads, and nobody outside, with elements in the shape that they were made in. */
export function onlyReaders(program: Program): ReadonlySet<ValueId> {
  const readers = new Map<ValueId, Set<Step>>();
  for (const step of program.steps) for (const { value } of step.inputs) readers.set(value, (readers.get(value) ?? new Set()).add(step));
  const only = new Set([...readers].filter(([, steps]) => steps.size === 1).map(([value]) => value));
  for (const { value, shape } of program.steps.flatMap(({ inputs }) => inputs.map(({ value, type }) => ({ value, shape: type.shape })))) {
    if (!sameShape(shape, program.values[value]!.shape)) only.delete(value);
  }
  for (const value of program.outputs) only.delete(value);
  return only;
}

/** Ops that read one operand at computed places in loops, where factors cost nothing and tests would be made many times. */
const inLoops: ReadonlySet<string> = new Set(['reduceSum', 'reduceMax', 'reduceProd', 'maxPool2d', 'avgPool2d']);
/** Moves that may read one element for many. */
const repeating: ReadonlySet<string> = new Set(['broadcast', 'gather']);

const isElementwise = ({ op }: Step): boolean => op.isElementwise || op.name === 'fusedElementwise';

/** Whether a step can compute where the elements of an operand come from, and loses nothing by it. */
function isWorth(step: Step, operand: SourceOperand): boolean {
  const { name } = step.op;
  const needsTests = movesOf(operand).some((move) => moveOf({ name: move }) === 'tests');
  if (!needsTests) return isElementwise(step) || moveOf(step.op) !== null || inLoops.has(name);
  // What is repeated would be tested once for each copy.
  if (isElementwise(step) || repeating.has(name)) return sizeOf(operand.type.shape) >= sizeOf(step.type.shape);
  return moveOf(step.op) !== null;
}

/** Whether the kernel of a step reads through the moves of its operands. */
export function canReadThrough(step: Step, operands: readonly SourceOperand[], { maxArguments }: ModeFacts): boolean {
  const moved = operands.filter((operand) => operand.moved);
  const bound = new Set(operands.flatMap(leavesOf).map(({ source }) => ('value' in source! ? source.value : -1)));
  return moved.length > 0 && moved.every((operand) => isWorth(step, operand) && movesOf(operand).length <= mostMoves) && bound.size <= maxArguments;
}
