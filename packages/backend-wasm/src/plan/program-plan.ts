import { bytesOf, sizeOf, type Program, type Step, type ValueId } from '@unfoldjs/core';
import { planSlots } from '@unfoldjs/core/reference';
import { ModuleBuilder } from '../emit/module-builder.js';
import { finite } from '../kernels/finite.js';
import { lower } from '../kernels/index.js';
import type { Settings } from '../settings.js';
import { scratch, operand, type Call, type Lowered, type Place } from './lowered.js';

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
  /** Leaves NaN in the arena at `answer` where the reference loops must run the step. */
  readonly check: { readonly call: PlannedCall; readonly answer: number } | null;
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
  const slots = planSlots(program, (_, type) => aligned(bytesOf(type)));
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

  const steps = program.steps.map((step): PlannedStep => {
    const isEmpty = sizeOf(step.type.shape) === 0;
    const lowered: Lowered | null = isEmpty ? { kernel: 'none', reason: 'the result has no elements', calls: [], scratchBytes: 0, kept: [] } : lower(step, settings);
    const valueOf = (index: number): ValueId => step.inputs[index]!.value;
    const read = (index: number): Address => {
      if (constants.has(valueOf(index))) readConstants.add(valueOf(index));
      return { of: 'value', value: valueOf(index), offset: 0 };
    };
    if (!lowered) {
      step.inputs.forEach((_, index) => read(index));
      return { step, lowered, kept: [], calls: [], check: null };
    }

    let ownScratch = aligned(lowered.scratchBytes);
    const own = lowered.kept.map(({ operand: index, bytes }) => {
      if (outlives.has(valueOf(index))) return { index: kept.length, isKept: true };
      const offset = ownScratch;
      ownScratch += aligned(bytes);
      return { index: offset, isKept: false };
    });
    const resolve = (place: Place): Address => {
      switch (place.at) {
        case 'operand':
          return { ...read(place.index), offset: place.offset };
        case 'output':
          return { of: 'value', value: step.output, offset: place.offset };
        case 'scratch':
          return { of: 'arena', offset: scratchStart + place.offset };
        case 'kept': {
          const { index, isKept } = own[place.index]!;
          return isKept ? { of: 'kept', index, offset: place.offset } : { of: 'arena', offset: scratchStart + index + place.offset };
        }
      }
    };
    const plan = ({ run, places, units, ownBytes }: Call): PlannedCall => {
      if (ownBytes !== undefined) ownScratch = Math.max(ownScratch, places.at(-1)!.offset + settings.threads * ownBytes);
      return { run: module.indexOf(run), addresses: places.map(resolve), units, needsThread: ownBytes !== undefined };
    };

    const keptHere: number[] = [];
    const calls: PlannedCall[] = [];
    lowered.kept.forEach(({ operand: index, bytes, calls: making }, i) => {
      if (!own[i]!.isKept) {
        calls.push(...making.map(plan));
        return;
      }
      // What is read to derive something is not read in a run.
      const wasRead = readConstants.has(valueOf(index));
      own[i] = { index: kept.length, isKept: true };
      keptHere.push(kept.length);
      kept.push({ value: valueOf(index), bytes, calls: making.map(plan) });
      if (!wasRead) readConstants.delete(valueOf(index));
    });
    calls.push(...lowered.calls.map(plan));
    let check: PlannedStep['check'] = null;
    if (lowered.finite !== undefined) {
      const at = ownScratch;
      ownScratch += 64;
      const call = plan({ run: finite(sizeOf(step.inputs[lowered.finite]!.type.shape)), places: [operand(lowered.finite), scratch(at)], units: 1 });
      step.inputs.forEach((_, index) => read(index));
      check = { call, answer: scratchStart + at };
    }
    scratchBytes = Math.max(scratchBytes, ownScratch);
    return { step, lowered, kept: keptHere, calls, check };
  });

  return {
    steps,
    kept,
    module,
    offsets: slots.slotOf.map((slot) => (slot < 0 ? -1 : slotStarts[slot]!)),
    arenaBytes: scratchStart + scratchBytes,
    readConstants,
  };
}
