import { unfoldError, type Program, type UnfoldError } from '@unfoldjs/core';
import type { PlannedKernel } from './plan.js';

/** What gpu.js said, and the code that it said it about. */
export class KernelFault extends Error {
  override readonly name = 'KernelFault';

  constructor(
    message: string,
    /** The generated source of the kernel. */
    readonly source: string,
    /** What gpu.js wrote to the console. */
    readonly log: readonly string[],
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

const textOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));

/** The error for a kernel that gpu.js could not build or run: it names the step and carries the source. */
export function kernelFailed(program: Program, { step: at, source }: PlannedKernel, backend: string, fault: unknown, log: readonly string[]): UnfoldError {
  const step = program.steps[at]!;
  return unfoldError({
    code: 'BACKEND_FAILED',
    op: step.op.name,
    problem: `kernel ${source.name} of step ${at} failed on ${backend}: ${textOf(fault)}`,
    fix: `this is a fault of the backend ${backend}: report it with the shapes below and the kernel's source (\`error.cause.source\`).`,
    operands: step.inputs.map(({ type }, i) => ({ name: step.op.argName(i), type })),
    cause: new KernelFault(textOf(fault), source.source, log, fault),
  });
}

/** The error for a fault that belongs to no single kernel. */
export function programFailed(backend: string, fault: unknown, log: readonly string[]): UnfoldError {
  return unfoldError({
    code: 'BACKEND_FAILED',
    op: 'run',
    problem: `the program failed on ${backend}: ${textOf(fault)}`,
    fix: 'every tensor is as it was before the call; choose another backend with `setBackend` if this device is lost.',
    cause: new KernelFault(textOf(fault), '', log, fault),
  });
}
