import { bytesOf, type TensorType } from '../types/tensor-type.js';
import { sameShape } from '../types/shape.js';
import type { Program, Step, ValueId } from './program.js';

/** Bytes a backend wants for a value; its own layouts (padded, packed) may be larger than the dense one. */
export type SizeOf = (value: ValueId, type: TensorType) => number;

/** Which memory each intermediate value gets. Inputs, constants and outputs have none: they outlive a run. */
export interface SlotPlan {
  /** The slot of each value, or -1 where it has none. */
  readonly slotOf: readonly number[];
  /** Bytes of each slot. */
  readonly slotBytes: readonly number[];
  /** All slots together. */
  readonly totalBytes: number;
  /** The step after which each value is read no more; -1 for one that is never read. */
  readonly lastUse: readonly number[];
}

/**
 * Gives values with disjoint lifetimes the same memory: first the smallest free slot that fits, else the largest free one, grown.
 * A pointwise step whose operand dies there writes in place. Linear in steps, times the slots that are free at once.
 */
export function planSlots(program: Program, sizeOf: SizeOf = (_, type) => bytesOf(type)): SlotPlan {
  const { values, steps, outputs } = program;
  const lastUse = lifetimes(program);
  const slotOf = new Array<number>(values.length).fill(-1);
  const slotBytes: number[] = [];
  const free: number[] = [];
  const isOutput = new Set(outputs);

  const take = (bytes: number): number => {
    let best = -1;
    for (const slot of free) {
      const fits = slotBytes[slot]! >= bytes;
      const bestFits = best >= 0 && slotBytes[best]! >= bytes;
      if (best < 0 || (fits ? !bestFits || slotBytes[slot]! < slotBytes[best]! : !bestFits && slotBytes[slot]! > slotBytes[best]!)) best = slot;
    }
    if (best < 0) return slotBytes.push(bytes) - 1;
    free.splice(free.indexOf(best), 1);
    slotBytes[best] = Math.max(slotBytes[best]!, bytes);
    return best;
  };

  steps.forEach((step, at) => {
    const dying = [...new Set(step.inputs.map((operand) => operand.value))].filter((value) => lastUse[value] === at && slotOf[value]! >= 0);
    if (!isOutput.has(step.output)) {
      const bytes = sizeOf(step.output, step.type);
      const reused = dying.find((value) => canWriteInPlace(step, value) && slotBytes[slotOf[value]!]! >= bytes);
      if (reused !== undefined) {
        slotOf[step.output] = slotOf[reused]!;
        dying.splice(dying.indexOf(reused), 1);
      } else {
        slotOf[step.output] = take(bytes);
      }
      if (lastUse[step.output] === -1) free.push(slotOf[step.output]!);
    }
    for (const value of dying) free.push(slotOf[value]!);
  });

  return { slotOf, slotBytes, totalBytes: slotBytes.reduce((sum, bytes) => sum + bytes, 0), lastUse };
}

/** The last step that reads each value; -1 for one that none reads. */
function lifetimes({ values, steps }: Program): number[] {
  const lastUse = new Array<number>(values.length).fill(-1);
  steps.forEach((step, at) => {
    for (const operand of step.inputs) lastUse[operand.value] = at;
  });
  return lastUse;
}

/** Element i of a pointwise result needs only element i of an operand that is read in full and under the same dtype. */
const canWriteInPlace = (step: Step, value: ValueId): boolean =>
  step.op.isPointwise &&
  step.inputs.every((operand) => operand.value !== value || (sameShape(operand.type.shape, step.type.shape) && operand.type.dtype === step.type.dtype));
