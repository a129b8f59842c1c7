import { bytesOf, unfoldError, type BackendBuffer, type Executable, type Program, type StepTiming, type TypedArray, type ValueId } from '@unfoldjs/core';
import { referenceKernels, type Kernel } from '@unfoldjs/core/reference';
import type { Buffers, WasmBuffer } from './memory/buffers.js';
import { viewOf } from './memory/views.js';
import { planProgram, type Address, type PlannedCall, type PlannedStep } from './plan/program-plan.js';
import type { Settings } from './settings.js';
import { isWorthSharing, type Engine } from './engine.js';

interface Setup {
  readonly engine: Engine;
  readonly buffers: Buffers;
  readonly settings: Settings;
  readonly name: string;
}

/** Plans a program, writes and compiles its module, and puts its constants into memory. */
export function makeExecutable(program: Program, { engine, buffers, settings, name }: Setup): Executable {
  const { heap, memory } = engine;
  const plan = planProgram(program, settings);
  const instance = engine.instantiate((pages) => plan.module.encode(pages));
  const pointers = new Array<number>(program.values.length).fill(0);
  const keptAt: number[] = [];
  /** The buffer, or the constant, from which each kept thing was made. */
  const keptOf: unknown[] = [];
  const user = {};
  let isLive = true;

  const blocks: number[] = [];
  const take = (bytes: number): number => {
    const block = heap.take(bytes);
    blocks.push(block);
    return block;
  };
  const dispose = (): void => {
    if (!isLive) return;
    isLive = false;
    if (buffers.isOpen) {
      blocks.splice(0).forEach((block) => heap.give(block));
      engine.reserve(user, 0);
    }
    instance.dispose();
  };

  const address = (at: Address): number => (at.of === 'value' ? pointers[at.value]! : at.of === 'arena' ? engine.arena : keptAt[at.index]!) + at.offset;
  const run = ({ run: index, addresses, units, work, needsThread }: PlannedCall): void => {
    const args = new Array<number>(addresses.length);
    for (let i = 0; i < addresses.length; i++) args[i] = address(addresses[i]!);
    instance.run(index, args, units, work, needsThread);
  };

  const constants = new Map<ValueId, TypedArray>(program.constants.map(({ value, data }) => [value, data]));
  const putConstant = (value: ValueId, block: number): void => {
    viewOf(memory, block, program.values[value]!).set(constants.get(value)!);
    pointers[value] = block;
  };

  try {
    for (const value of plan.readConstants) putConstant(value, take(bytesOf(program.values[value]!)));
    for (const { bytes } of plan.kept) keptAt.push(take(bytes));
    engine.reserve(user, plan.arenaBytes);
    // Constants that only other forms are made of are in memory just long enough for that.
    plan.kept.forEach(({ value, calls }, index) => {
      if (!constants.has(value)) return;
      const isRead = plan.readConstants.has(value);
      const block = isRead ? 0 : heap.take(bytesOf(program.values[value]!));
      if (!isRead) putConstant(value, block);
      calls.forEach(run);
      if (!isRead) heap.give(block);
      keptOf[index] = constants.get(value);
    });
  } catch (fault) {
    dispose();
    throw fault;
  }
  const sharedWork = plan.steps.reduce((sum, { calls }) => calls.reduce((part, call) => part + (isWorthSharing(call) ? call.work : 0), sum), 0);
  const isConstant = (value: ValueId): boolean => constants.has(value);
  const inputAt = new Map(program.inputs.map(({ value }, i) => [value, i]));

  const runStep = (planned: PlannedStep, inputs: readonly BackendBuffer[]): void => {
    for (const index of planned.kept) {
      const { value, calls } = plan.kept[index]!;
      const source = isConstant(value) ? keptOf[index] : inputs[inputAt.get(value)!];
      if (keptOf[index] === source) continue;
      keptOf[index] = undefined;
      calls.forEach(run);
      keptOf[index] = source;
    }
    const { lowered, guard } = planned;
    const calls = !lowered ? null : !guard || isFinite(guard) ? planned.calls : guard.otherwise;
    if (calls) for (const call of calls) run(call);
    else runReference(planned);
  };
  const isFinite = ({ checks, answers }: NonNullable<PlannedStep['guard']>): boolean => {
    checks.forEach(run);
    return new Float32Array(memory.buffer, engine.arena + answers, 16 * checks.length).every((value, i) => i % 16 > 3 || value === 0);
  };
  const runReference = ({ step }: PlannedStep): void => {
    const view = (value: ValueId, type: BackendBuffer['type']) => ({ data: viewOf(memory, pointers[value]!, type), type });
    const kernel = (referenceKernels as Readonly<Record<string, Kernel>>)[step.op.name]!;
    kernel({ op: step.op, attrs: step.attrs, inputs: step.inputs.map((input) => view(input.value, input.type)), output: view(step.output, step.type) });
  };
  const inStep = (at: number, act: () => void): void => {
    const { step } = plan.steps[at]!;
    try {
      act();
    } catch (cause) {
      throw unfoldError({
        code: 'BACKEND_FAILED',
        op: step.op.name,
        problem: `step ${at} failed on ${name}: ${cause instanceof Error ? cause.message : String(cause)}`,
        fix: `this is a fault of the backend ${name}: report it with the shapes below.`,
        operands: step.inputs.map(({ type }, i) => ({ name: step.op.argName(i), type })),
        cause,
      });
    }
  };

  /** Places inputs, intermediate values and new outputs; `act` runs the steps. Where it fails, the outputs are given back. */
  const prepared = (inputs: readonly BackendBuffer[], act: () => void): WasmBuffer[] => {
    buffers.assertOpen('run');
    if (!isLive) throw unfoldError({ code: 'DISPOSED', op: 'run', problem: 'this executable was disposed of.', fix: 'compile the program again.' });
    program.inputs.forEach(({ value }, i) => (pointers[value] = buffers.pointerOf(inputs[i]!, 'run')));
    const outputs: WasmBuffer[] = [];
    try {
      for (const value of program.outputs) {
        const buffer = buffers.make(program.values[value]!);
        outputs.push(buffer);
        pointers[value] = buffer.pointer!;
      }
      plan.offsets.forEach((offset, value) => {
        if (offset >= 0) pointers[value] = engine.arena + offset;
      });
      engine.begin(sharedWork);
      act();
      return outputs;
    } catch (fault) {
      outputs.forEach((buffer) => buffers.free(buffer));
      throw fault;
    }
  };

  return {
    async run(inputs, { signal, donated = [] } = {}) {
      const outputs = prepared(inputs, () =>
        plan.steps.forEach((planned, at) => {
          if (signal?.aborted) {
            throw unfoldError({ code: 'ABORTED', op: planned.step.op.name, problem: 'the run was stopped by its signal.', fix: 'run it again without aborting.', cause: signal.reason });
          }
          inStep(at, () => runStep(planned, inputs));
        }),
      );
      for (const i of donated) buffers.free(inputs[i]!);
      return outputs;
    },
    async profile(inputs) {
      const timings: StepTiming[] = [];
      const outputs = prepared(inputs, () =>
        plan.steps.forEach((planned, step) => {
          const start = performance.now();
          inStep(step, () => runStep(planned, inputs));
          timings.push({ step, milliseconds: performance.now() - start });
        }),
      );
      return { outputs, timings };
    },
    dispose,
    describe: () =>
      plan.steps.map(({ step, lowered, guard }) => ({
        op: step.op.name,
        kernel: lowered?.kernel ?? 'reference loops',
        reason: lowered ? `${lowered.reason}${guard ? `; with infinities, NaN or numbers beyond 2^108 ${lowered.guard?.otherwise?.kernel ?? 'the reference loops'}` : ''}` : 'there is no kernel of this call in WebAssembly',
        scratchBytes: lowered?.scratchBytes ?? 0,
        ranOn: name,
      })),
  };
}
