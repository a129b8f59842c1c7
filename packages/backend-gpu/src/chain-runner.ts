import { unfoldError, type AbortSignalLike, type StepTiming, type UnfoldError } from '@unfoldjs/core';
import { kernelFailed } from './faults.js';
import type { Handle, KernelShortcut } from './gpujs.js';
import { fixedArrays, type Cell } from './plan.js';
import type { Runner, RunnerSetup } from './runner.js';

/** Kernels one after the other; each takes what the ones before it left on the device. Nothing is read back. */
export async function chainRunner({ session, program, plan }: RunnerSetup): Promise<Runner> {
  const { memory } = session;
  const shortcuts = new Map<string, KernelShortcut>();
  const kernels = plan.kernels.map(({ source: { source, output, native, threads }, forms }) => {
    const key = `${output.join()} ${forms} ${source} ${native?.source ?? ''}`;
    let shortcut = shortcuts.get(key);
    if (!shortcut) shortcuts.set(key, (shortcut = session.kernel(source, output, { forms, native, threads })));
    return shortcut;
  });
  const outputs = new Set<Cell>(program.outputs);
  const fixed = new Map<Cell, Handle>();
  let fixedBytes = 0;
  let isDisposed = false;
  for (const [cell, elements] of fixedArrays(program, plan)) {
    fixed.set(cell, await session.toDevice(elements));
    fixedBytes += elements.byteLength;
  }
  memory.track(fixedBytes);

  async function run(inputs: readonly Handle[], signal?: AbortSignalLike, timings?: StepTiming[]): Promise<(Handle | null)[]> {
    const handles = new Map<Cell, Handle>(fixed);
    program.inputs.forEach(({ value }, i) => handles.set(value, inputs[i]!));
    const made = new Map<Cell, { handle: Handle; bytes: number }>();
    const drop = (cell: Cell): void => {
      const own = made.get(cell);
      if (!own) return;
      made.delete(cell);
      memory.track(-own.bytes);
      free(own.handle);
    };
    try {
      // What was asked of the device before, uploads say, is not the first kernel's time.
      if (timings) await session.finish!();
      for (const [at, kernel] of plan.kernels.entries()) {
        if (signal?.aborted) throw aborted(program.steps[kernel.step]!.op.name, signal);
        const log: string[] = [];
        const bytes = kernel.elements * 4;
        memory.track(bytes);
        const start = timings && performance.now();
        try {
          const handle = await session.call(kernels[at]!, kernel.reads.map((cell) => handles.get(cell)!), log);
          made.set(kernel.writes, { handle, bytes });
          handles.set(kernel.writes, handle);
        } catch (fault) {
          memory.track(-bytes);
          throw kernelFailed(program, kernel, session.name, fault, log);
        }
        if (timings) {
          await session.finish!();
          timings.push({ step: kernel.step, milliseconds: performance.now() - start! });
        }
        for (const cell of kernel.reads) if (plan.lastRead[cell] === at && !outputs.has(cell)) drop(cell);
        if (plan.lastRead[kernel.writes] === -1 && !outputs.has(kernel.writes)) drop(kernel.writes);
      }
      return program.outputs.map((value) => {
        const own = made.get(value);
        if (!own) return null;
        made.delete(value);
        memory.track(-own.bytes);
        return own.handle;
      });
    } finally {
      for (const cell of [...made.keys()]) drop(cell);
    }
  }

  return {
    ranOn: `gpu.js ${session.mode}, a chain of kernels`,
    run,
    timed: session.finish && ((inputs, timings) => run(inputs, undefined, timings)),
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      for (const kernel of shortcuts.values()) session.dropKernel(kernel);
      for (const handle of fixed.values()) free(handle);
      memory.track(-fixedBytes);
    },
  };
}

export function free(handle: Handle): void {
  if (!(handle instanceof Float32Array)) handle.delete();
}

export const aborted = (op: string, signal: AbortSignalLike): UnfoldError =>
  unfoldError({ code: 'ABORTED', op, problem: 'the run was stopped by its signal.', fix: 'run it again without aborting.', cause: signal.reason });
