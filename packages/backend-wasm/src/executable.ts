import { bytesOf, unfoldError, type AbortSignalLike, type BackendBuffer, type Executable, type Program, type StepTiming, type TypedArray, type ValueId } from '@unfoldjs/core';
import { TaskFault, type Engine } from './engine.js';
import type { Buffers, WasmBuffer } from './memory/buffers.js';
import { planProgram, type Address } from './plan/program-plan.js';
import { prepare, type Prepared } from './run/prepared.js';
import { runReference } from './run/reference-step.js';
import type { Settings } from './settings.js';
import type { Task } from './threads/tasks.js';

interface Setup {
  readonly engine: Engine;
  readonly buffers: Buffers;
  readonly settings: Settings;
  readonly name: string;
}

/** How much of a program, in multiplications, goes to a worker at once where a signal may stop it: some 10 ms. */
const sliceWork = 64_000_000;

/** Plans a program, writes and compiles its module, and puts its constants into memory. */
export async function makeExecutable(program: Program, { engine, buffers, settings, name }: Setup): Promise<Executable> {
  const { heap } = engine;
  const plan = planProgram(program, settings);
  const manner = engine.mannerOf(plan.steps.flatMap(({ calls }) => calls));
  const module = await engine.load((pages) => plan.module.encode(pages), manner);
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
    engine.betweenTurns(() => {
      if (!buffers.isOpen) return;
      blocks.splice(0).forEach((block) => heap.give(block));
      engine.reserve(user, 0);
      module.unload();
    });
  };

  const addressOf = (at: Address): number => (at.of === 'value' ? pointers[at.value]! : at.of === 'arena' ? engine.arena : keptAt[at.index]!) + at.offset;
  const tasks: Task[] = [];
  const addresses = { engine, module: module.id, addressOf, tasks };
  const keeping = plan.kept.map(({ calls }) => prepare(calls, null, addresses));
  const steps = plan.steps.map(({ lowered, calls, guard }) => lowered && prepare(calls, guard, addresses));

  const constants = new Map<ValueId, TypedArray>(program.constants.map(({ value, data }) => [value, data]));
  const putConstant = async (value: ValueId, block: number): Promise<void> => {
    pointers[value] = block;
    await engine.write(block, constants.get(value)!, program.values[value]!);
  };

  try {
    await engine.prepare(module.id, tasks, manner);
    await engine.inTurn(async () => {
      for (const value of plan.readConstants) await putConstant(value, take(bytesOf(program.values[value]!)));
      for (const { bytes } of plan.kept) keptAt.push(take(bytes));
      engine.reserve(user, plan.arenaBytes);
      // Constants that only other forms are made of are in memory just long enough for that.
      for (const [index, { value }] of plan.kept.entries()) {
        if (!constants.has(value)) continue;
        const isRead = plan.readConstants.has(value);
        const block = isRead ? 0 : heap.take(bytesOf(program.values[value]!));
        try {
          if (!isRead) await putConstant(value, block);
          keeping[index]!.fill();
          await engine.execute(module.id, [keeping[index]!.task], manner);
        } finally {
          if (!isRead) heap.give(block);
        }
        keptOf[index] = constants.get(value);
      }
    });
  } catch (fault) {
    dispose();
    throw fault;
  }
  const inputAt = new Map(program.inputs.map(({ value }, i) => [value, i]));

  const failed = (at: number, cause: unknown): Error => {
    const { step } = plan.steps[at]!;
    return unfoldError({
      code: 'BACKEND_FAILED',
      op: step.op.name,
      problem: `step ${at} failed on ${name}: ${cause instanceof Error ? cause.message : String(cause)}`,
      fix: `this is a fault of the backend ${name}: report it with the shapes below.`,
      operands: step.inputs.map(({ type }, i) => ({ name: step.op.argName(i), type })),
      cause,
    });
  };
  const assertGoesOn = (signal: AbortSignalLike | undefined, at: number): void => {
    if (!signal?.aborted) return;
    throw unfoldError({ code: 'ABORTED', op: plan.steps[at]!.step.op.name, problem: 'the run was stopped by its signal.', fix: 'run it again without aborting.', cause: signal.reason });
  };

  /**
   * Runs the steps from `from` to `to - 1`, in batches that end at a step with reference loops. Nothing is awaited where programs run in this
   * thread: a run is never interrupted there.
   */
  const runSteps = (from: number, to: number, inputs: readonly BackendBuffer[]): void | Promise<void> => {
    const batch: Task[] = [];
    const stepOf: number[] = [];
    const made: { readonly index: number; readonly source: unknown }[] = [];
    const add = ({ task, fill }: Prepared, at: number): void => {
      fill();
      batch.push(task);
      stepOf.push(at);
    };
    let at = from;
    for (; at < to; at++) {
      for (const index of plan.steps[at]!.kept) {
        const { value } = plan.kept[index]!;
        const source = constants.has(value) ? constants.get(value) : inputs[inputAt.get(value)!];
        if (keptOf[index] === source || made.some((each) => each.index === index)) continue;
        keptOf[index] = undefined;
        made.push({ index, source });
        add(keeping[index]!, at);
      }
      const prepared = steps[at];
      if (!prepared) break;
      add(prepared, at);
    }
    const settle = (done: number): void | Promise<void> => {
      for (const { index, source } of made) keptOf[index] = source;
      const stopped = done < batch.length ? stepOf[done]! : at;
      if (stopped === to) return;
      const next = runLoops(stopped);
      return next ? next.then(() => runSteps(stopped + 1, to, inputs)) : runSteps(stopped + 1, to, inputs);
    };
    const fail = (cause: unknown): never => {
      throw cause instanceof TaskFault ? failed(stepOf[cause.at]!, cause) : cause;
    };
    let done: number | Promise<number>;
    try {
      done = batch.length === 0 ? 0 : engine.execute(module.id, batch, manner);
    } catch (cause) {
      return fail(cause);
    }
    return typeof done === 'number' ? settle(done) : done.catch(fail).then(settle);
  };
  const runLoops = (at: number): void | Promise<void> => {
    const fail = (cause: unknown): never => {
      throw failed(at, cause);
    };
    try {
      return runReference(plan.steps[at]!.step, engine, pointers)?.catch(fail);
    } catch (cause) {
      return fail(cause);
    }
  };

  /** Places inputs, intermediate values and new outputs; `act` runs the steps. Where it fails, the outputs are given back. */
  const prepared = (inputs: readonly BackendBuffer[], act: () => Promise<void>): Promise<WasmBuffer[]> =>
    engine.inTurn(async () => {
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
        await act();
        return outputs;
      } catch (fault) {
        outputs.forEach((buffer) => buffers.free(buffer));
        throw fault;
      }
    });

  return {
    async run(inputs, { signal, donated = [] } = {}) {
      const outputs = await prepared(inputs, async () => {
        const end = plan.steps.length;
        for (let from = 0; from < end; ) {
          assertGoesOn(signal, from);
          let to = signal ? from : end;
          for (let work = 0; to < end && work < sliceWork; to++) work += plan.steps[to]!.calls.reduce((sum, call) => sum + call.work, 0);
          const running = runSteps(from, to, inputs);
          if (running) await running;
          from = to;
        }
      });
      for (const i of donated) buffers.free(inputs[i]!);
      return outputs;
    },
    async profile(inputs) {
      const timings: StepTiming[] = [];
      const outputs = await prepared(inputs, async () => {
        for (let step = 0; step < plan.steps.length; step++) {
          const start = performance.now();
          const running = runSteps(step, step + 1, inputs);
          if (running) await running;
          timings.push({ step, milliseconds: performance.now() - start });
        }
      });
      const helped = engine.threads > 1 && !engine.lost && manner.sharedWork > 0 ? `, large ones shared by up to ${engine.threads} threads` : '';
      return { outputs, timings, how: `each step by itself${helped}${manner.isHere ? ', in the thread that calls' : ', with the message to the worker and its answer'}` };
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
