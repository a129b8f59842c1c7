import { bytesOf, sizeOf, type Program, type Step, type TensorType, type ValueId } from '@unfoldjs/core';
import { planSlots } from '@unfoldjs/core/reference';
import { ModuleBuilder } from '../emit/module-builder.js';
import { finite } from '../kernels/finite.js';
import { lowererOf } from '../kernels/index.js';
import type { Settings } from '../settings.js';
import { chooseFrames } from './frames.js';
import type { Call, Lowered, Place } from './lowered.js';

/** Where an address comes from: a value of the program, the arena (slots and scratch memory), or what is kept. All in bytes. */
export type Address =
  | { readonly of: 'value'; readonly value: ValueId; readonly offset: number }
  | { readonly of: 'arena'; readonly offset: number }
  | { readonly of: 'kept'; readonly index: number; readonly offset: number };

export interface PlannedCall {
  /** The function's name in the module. */
  readonly run: number;
  readonly addresses: readonly Address[];
  readonly units: number;
  readonly work: number;
  readonly needsThread: boolean;
}

/** Memory that outlives a run: what is derived from an input or a constant. */
export interface PlannedKept {
  readonly value: ValueId;
  readonly bytes: number;
  readonly calls: readonly PlannedCall[];
}

export interface PlannedStep {
  readonly step: Step;
  /** Null where the reference loops run it. */
  readonly lowered: Lowered | null;
  /** Indices into the plan's `kept`, to be made before the calls. */
  readonly kept: readonly number[];
  readonly calls: readonly PlannedCall[];
  /** Checks leave NaN in the arena from `answers` on, 64 bytes each, where other calls, or for null the reference loops, must run the step. */
  readonly guard: { readonly checks: readonly PlannedCall[]; readonly answers: number; readonly otherwise: readonly PlannedCall[] | null } | null;
}

export interface ProgramPlan {
  readonly steps: readonly PlannedStep[];
  readonly kept: readonly PlannedKept[];
  readonly module: ModuleBuilder;
  /** Offset of each intermediate value in the arena; -1 for inputs, constants and outputs. */
  readonly offsets: readonly number[];
  readonly arenaBytes: number;
  /** Constants that are read as they are, and not only in a derived form. */
  readonly readConstants: ReadonlySet<ValueId>;
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Chooses kernels, writes their code, and gives every intermediate value and every scratch array its place. */
export function planProgram(program: Program, settings: Settings): ProgramPlan {
  const lower = lowererOf(settings);
  const frames = chooseFrames(program, settings, lower);
  const elementsOf = (value: ValueId, { shape }: TensorType): number => {
    const frame = frames.get(value);
    return frame ? shape[0]! * frame.height * frame.width * shape[3]! : sizeOf(shape);
  };
  const slots = planSlots(program, (value, type) => aligned(frames.has(value) ? 4 * elementsOf(value, type) : bytesOf(type)));
  const slotStarts: number[] = [];
  let end = 0;
  for (const bytes of slots.slotBytes) {
    slotStarts.push(end);
    end += aligned(bytes);
  }
  const scratchStart = end;
  const module = new ModuleBuilder();
  const kept: PlannedKept[] = [];
  const readConstants = new Set<ValueId>();
  const constants = new Set(program.constants.map(({ value }) => value));
  const outlives = new Set([...program.inputs.map(({ value }) => value), ...constants]);
  let scratchBytes = 0;

  const planStep = (step: Step): PlannedStep => {
    const isEmpty = sizeOf(step.type.shape) === 0;
    const lowered: Lowered | null = isEmpty ? { kernel: 'none', reason: 'the result has no elements', calls: [], scratchBytes: 0, kept: [] } : lower(step, { input: frames.get(step.inputs[0]?.value ?? -1) ?? null, output: frames.get(step.output) ?? null });
    const valueOf = (index: number): ValueId => step.inputs[index]!.value;
    const read = (index: number): Address => {
      if (constants.has(valueOf(index))) readConstants.add(valueOf(index));
      return { of: 'value', value: valueOf(index), offset: 0 };
    };
    if (!lowered) {
      step.inputs.forEach((_, index) => read(index));
      return { step, lowered, kept: [], calls: [], guard: null };
    }

    const keptHere: number[] = [];
    /** Calls of a step in one of its forms. What a form that is only run in need derives from an operand is not kept. */
    const planCalls = (form: Lowered, keeps: boolean): PlannedCall[] => {
      let ownScratch = aligned(form.scratchBytes);
      const derived: ({ readonly of: 'kept'; readonly index: number } | { readonly of: 'arena'; readonly start: number })[] = [];
      const resolve = (place: Place): Address => {
        switch (place.at) {
          case 'operand':
            return { ...read(place.index), offset: place.offset };
          case 'output':
            return { of: 'value', value: step.output, offset: place.offset };
          case 'scratch':
            return { of: 'arena', offset: scratchStart + place.offset };
          case 'kept': {
            const at = derived[place.index]!;
            return at.of === 'kept' ? { of: 'kept', index: at.index, offset: place.offset } : { of: 'arena', offset: scratchStart + at.start + place.offset };
          }
        }
      };
      const plan = ({ run, places, units, work, ownBytes }: Call): PlannedCall => ({ run: module.indexOf(run), addresses: places.map(resolve), units, work, needsThread: ownBytes !== undefined });

      const calls: PlannedCall[] = [];
      for (const { places, ownBytes } of form.calls) {
        if (ownBytes !== undefined) ownScratch = Math.max(ownScratch, aligned(places.at(-1)!.offset + settings.threads * ownBytes));
      }
      for (const { operand: index, bytes, calls: making } of form.kept) {
        if (keeps && outlives.has(valueOf(index))) {
          const wasRead = readConstants.has(valueOf(index));
          derived.push({ of: 'kept', index: kept.length });
          keptHere.push(kept.length);
          kept.push({ value: valueOf(index), bytes, calls: making.map(plan) });
          // What is read to derive something is not read in a run.
          if (!wasRead) readConstants.delete(valueOf(index));
        } else {
          derived.push({ of: 'arena', start: ownScratch });
          ownScratch += aligned(bytes);
          calls.push(...making.map(plan));
        }
      }
      calls.push(...form.calls.map(plan));
      scratchBytes = Math.max(scratchBytes, ownScratch);
      return calls;
    };

    const { guard } = lowered;
    const calls = planCalls(lowered, true);
    if (!guard) return { step, lowered, kept: keptHere, calls, guard: null };
    scratchBytes = Math.max(scratchBytes, guard.operands.length * 64);
    const checks = guard.operands.map((index, i): PlannedCall => ({
      run: module.indexOf(finite(elementsOf(valueOf(index), step.inputs[index]!.type))),
      addresses: [read(index), { of: 'arena', offset: scratchStart + 64 * i }],
      units: 1,
      work: 0,
      needsThread: false,
    }));
    if (!guard.otherwise) step.inputs.forEach((_, index) => read(index));
    return { step, lowered, kept: keptHere, calls, guard: { checks, answers: scratchStart, otherwise: guard.otherwise && planCalls(guard.otherwise, false) } };
  };
  const steps = program.steps.map(planStep);

  return {
    steps,
    kept,
    module,
    offsets: slots.slotOf.map((slot) => (slot < 0 ? -1 : slotStarts[slot]!)),
    arenaBytes: scratchStart + scratchBytes,
    readConstants,
  };
}
