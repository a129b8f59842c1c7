import { sizeOf, unfoldError, type BackendBuffer, type Executable, type Program, type Step, type StepTiming } from '@unfoldjs/core';
import { type DeviceBuffer } from './buffers.js';
import { chainRunner } from './chain-runner.js';
import type { Handle } from './gpujs.js';
import { pipelineRunner } from './pipeline-runner.js';
import { planKernels } from './plan.js';
import type { Session } from './session.js';
import { supportsIn } from './supports.js';

export interface ExecutableOptions {
  readonly threads: boolean;
  /** The handle of a buffer that is still there. @throws {UnfoldError} DISPOSED */
  readonly handleOf: (buffer: BackendBuffer, op: string) => Handle;
  /** A buffer that owns a handle; null for a tensor without elements. */
  readonly own: (handle: Handle | null, type: Program['values'][number]) => DeviceBuffer;
}

export interface GpuExecutable extends Executable {
  /** Disposes of it at once, also while it runs. */
  abandon(): void;
}

/** Generates the kernels of a program and makes it ready to run. gpu.js builds them in the first run. */
export async function makeExecutable(session: Session, program: Program, { threads, handleOf, own }: ExecutableOptions): Promise<GpuExecutable> {
  for (const step of program.steps) assertSupported(session, step);
  const plan = planKernels(program, session.facts);
  const setup = { session, program, plan };
  const runner = session.facts.execution === 'pipeline' ? pipelineRunner({ ...setup, threads }) : await chainRunner(setup);
  let isDisposed = false;
  let running = 0;
  /** A program that is disposed of while it runs comes to its end first. */
  const whileRunning = async <T>(run: () => Promise<T>): Promise<T> => {
    running++;
    try {
      return await run();
    } finally {
      if (--running === 0 && isDisposed) runner.dispose();
    }
  };

  const handlesOf = (inputs: readonly BackendBuffer[]): Handle[] => {
    if (isDisposed) throw unfoldError({ code: 'DISPOSED', op: 'run', problem: `this program was disposed of on ${session.name}.`, fix: 'compile it again.' });
    return program.inputs.map(({ value }, i) => {
      const buffer = inputs[i];
      const { shape, dtype } = program.values[value]!;
      if (buffer && buffer.type.dtype === dtype && sizeOf(buffer.type.shape) === sizeOf(shape)) return handleOf(buffer, 'run');
      throw unfoldError({
        code: 'INVALID_ARGUMENT',
        op: 'run',
        argument: `inputs[${i}]`,
        problem: buffer ? 'it is not of the type that the program was compiled for.' : 'it is missing.',
        fix: `pass a ${dtype} buffer of shape [${shape.join(', ')}].`,
        operands: buffer ? [{ name: `inputs[${i}]`, type: buffer.type }] : [],
      });
    });
  };
  const whyNone = (at: number): string => {
    const reader = plan.readBy.get(at);
    return reader === undefined ? 'the result has no elements' : `step ${reader} (${program.steps[reader]!.op.name}) computes where its elements come from`;
  };
  const owned = (outputs: readonly (Handle | null)[]): BackendBuffer[] => program.outputs.map((value, i) => own(outputs[i]!, program.values[value]!));
  const { timed } = runner;

  return {
    async run(inputs, { signal } = {}) {
      const handles = handlesOf(inputs);
      return owned(await whileRunning(() => runner.run(handles, signal)));
    },
    ...(timed && {
      async profile(inputs: readonly BackendBuffer[]) {
        const timings: StepTiming[] = [];
        const handles = handlesOf(inputs);
        const outputs = owned(await whileRunning(() => timed(handles, timings)));
        return { outputs, timings, how: 'each kernel until the device is done with it, for which a usual run does not wait' };
      },
    }),
    sources: () =>
      program.steps.map((_, at) =>
        plan.kernels
          .filter((kernel) => kernel.step === at)
          .flatMap(({ source: { source, native } }) => [...(native ? [native.source] : []), source])
          .join('\n'),
      ),
    dispose() {
      isDisposed = true;
      if (running === 0) runner.dispose();
    },
    abandon() {
      isDisposed = true;
      runner.dispose();
    },
    describe: () =>
      program.steps.map((step, at) => {
        const kernels = plan.kernels.filter((kernel) => kernel.step === at);
        const inside = kernels.filter(({ writes }) => writes !== step.output);
        return {
          op: step.op.name,
          kernel: kernels.map(({ source }) => source.name).join(', then ') || 'none',
          reason: kernels.map(({ source }) => source.reason).join(', then ') || whyNone(at),
          scratchBytes: inside.reduce((sum, { elements }) => sum + elements * 4, 0),
          ranOn: runner.ranOn,
        };
      }),
  };
}


function assertSupported({ mode, name }: Session, { op, attrs, inputs, type }: Step): void {
  const reason = supportsIn(mode, { op, attrs, inputs: inputs.map((operand) => operand.type), output: type });
  if (reason === true) return;
  throw unfoldError({
    code: 'UNSUPPORTED_OP',
    op: op.name,
    problem: `${name} cannot run it: ${reason}.`,
    fix: 'ask `supports` before compiling, decompose the op, or use another backend.',
    operands: inputs.map((operand, i) => ({ name: op.argName(i), type: operand.type })),
  });
}
