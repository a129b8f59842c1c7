import { sizeOf, UnfoldError, type Program } from '@unfoldjs/core';
import { deviceBytes, deviceSize, flatten, SharedArray } from './buffers.js';
import { aborted } from './chain-runner.js';
import { kernelFailed, programFailed } from './faults.js';
import { listen } from './gpujs-console.js';
import type { Handle, KernelShortcut, NestedResult, PipelineShortcut } from './gpujs.js';
import type { Holder } from './idle.js';
import { makePlan } from './pipeline-plan.js';
import { bytesBeside, fixedArrays, type Cell, type KernelPlan } from './plan.js';
import type { Runner, RunnerSetup } from './runner.js';
import type { Session } from './session.js';

/** The whole program as one gpu.js pipeline: constants are copied in once, intermediates stay inside, results come out together. */
export function pipelineRunner({ session, program, plan, threads }: RunnerSetup & { readonly threads: boolean }): Runner {
  const { memory, mode } = session;
  const shortcuts = new Map<string, KernelShortcut>();
  const made = new Set(plan.kernels.map(({ writes }) => writes));
  const kernelOf = ({ source: { source, output }, forms, reads }: KernelPlan['kernels'][number]): KernelShortcut => {
    // By where its arguments come from, too: gpu.js copies a kernel that is fed in two ways, and the copy would not be mended (`makePlan`).
    const key = `${output.join()} ${forms} ${reads.map((cell) => made.has(cell)).join()} ${source}`;
    let shortcut = shortcuts.get(key);
    if (!shortcut) shortcuts.set(key, (shortcut = session.kernel(source, output, { forms })));
    return shortcut;
  };
  const fixed = fixedArrays(program, plan);
  const results = program.outputs.filter((value) => sizeOf(program.values[value]!.shape) > 0);

  const trace = (...inputs: Handle[]): unknown => {
    const handles = new Map<Cell, Handle>(fixed);
    program.inputs.forEach(({ value }, i) => handles.set(value, inputs[i]!));
    for (const kernel of plan.kernels) {
      const shortcut = kernelOf(kernel);
      handles.set(kernel.writes, shortcut(...kernel.reads.map((cell) => handles.get(cell)!)) as Handle);
    }
    return results.map((value) => handles.get(value));
  };
  // gpu.js makes as many argument handles as the function has parameters.
  Object.defineProperty(trace, 'length', { value: program.inputs.length });

  let pipeline: PipelineShortcut | null = null;
  let isDisposed = false;
  let running = 0;
  let how = '';
  /** Bytes of the pipeline's own memory: a place for each argument, constant and step; steps of equal shape share one where they can. */
  let inside = 0;
  const fixedBytes = [...fixed.values()].reduce((sum, array) => sum + array.byteLength, 0);
  const ownBytes = bytesBeside(program, fixed);
  memory.track(ownBytes);

  function count(): void {
    if (inside > 0 || !pipeline?.plan) return;
    const inputs = program.inputs.reduce((sum, { value }) => sum + deviceBytes(program.values[value]!), 0);
    const components = pipeline.plan.buffers.map((_, buffer) => Math.max(...plan.kernels.map(({ source }, at) => (pipeline!.plan!.steps[at]!.outputBuffer === buffer ? (source.components ?? 1) : 1))));
    const steps = pipeline.plan.buffers.reduce((sum, { output }, buffer) => sum + 4 * components[buffer]! * sizeOf(output), 0);
    inside = inputs + fixedBytes + steps;
    memory.track(inside);
  }

  const hasQuads = plan.kernels.some(({ source }) => source.components);
  function open(): PipelineShortcut {
    const opened = session.gpu.createPipeline(trace, { threads });
    makePlan(opened, plan.kernels.map(({ source }) => source.components ?? 1));
    return opened;
  }

  async function call(inputs: readonly Handle[]): Promise<NestedResult[]> {
    const log: string[] = [];
    try {
      const current = (pipeline ??= open());
      const values = (await listen(log, () => current(...(inputs as Float32Array[])))) as NestedResult[];
      if (hasQuads && current.executorKind === 'generic') throw new Error(`gpu.js took its slow path: ${current.fallbackReason}`);
      const isElsewhere = (current.backend !== null && current.backend !== mode) || log.some((line) => line.startsWith('Falling back'));
      if (isElsewhere) throw new Error(`gpu.js ran it in mode ${current.backend} instead of ${mode}: ${current.fallbackReason ?? log.join(' ')}`);
      how = `, ${current.executorKind}${current.fallbackReason ? ` (${current.fallbackReason})` : ''}`;
      return values;
    } catch (fault) {
      throw (await faultyKernel(session, program, plan)) ?? programFailed(session.name, fault, log);
    }
  }
  const holder: Holder = {
    held: () => inside,
    isBusy: () => running > 0,
    release() {
      memory.track(-inside);
      inside = 0;
      void pipeline?.destroy();
      pipeline = null;
      for (const kernel of shortcuts.values()) session.dropKernel(kernel);
      shortcuts.clear();
    },
  };

  return {
    timed: null,
    get ranOn() {
      return `gpu.js ${mode}, one pipeline${how}`;
    },
    async run(inputs, signal) {
      if (signal?.aborted) throw aborted(program.steps[0]!.op.name, signal);
      running++;
      try {
        const values = plan.kernels.length > 0 && results.length > 0 ? await call(inputs) : [];
        if (!isDisposed) count();
        return program.outputs.map((value) => {
          const at = results.indexOf(value);
          return at < 0 ? null : shared(flatten(values[at]!, sizeOf(program.values[value]!.shape)));
        });
      } finally {
        running--;
        if (!isDisposed) session.idle.used(holder);
      }
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      session.idle.forget(holder);
      holder.release();
      memory.track(-ownBytes);
    },
  };
}

const shared = (elements: Float32Array): SharedArray => new SharedArray(elements.buffer as ArrayBuffer, elements.byteOffset, elements.length);

/** A pipeline does not say which kernel it failed in: each is built alone, on zeros, until one fails. */
async function faultyKernel(session: Session, program: Program, plan: KernelPlan): Promise<UnfoldError | null> {
  const sizes = new Map<Cell, number>(program.values.map((type, value) => [value, deviceSize(type)]));
  for (const kernel of plan.kernels) {
    sizes.set(kernel.writes, kernel.elements);
    const shortcut = session.kernel(kernel.source.source, kernel.source.output, kernel);
    const log: string[] = [];
    try {
      await session.call(shortcut, kernel.reads.map((cell) => new Float32Array(sizes.get(cell)!)), log);
    } catch (fault) {
      return kernelFailed(program, kernel, session.name, fault, log);
    } finally {
      session.dropKernel(shortcut);
    }
  }
  return null;
}
