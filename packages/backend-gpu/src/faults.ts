import { unfoldError, type Program, type TensorType, type UnfoldError } from '@unfoldjs/core';
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

/** The device behind a mode went away: its driver crashed, the browser took it, or somebody destroyed it. */
export class DeviceLost extends Error {
  override readonly name = 'DeviceLost';
}

const afterLoss = 'open a backend again with `setBackend`: a new device, or the next in your list. What only the device held is lost; tensors whose data the host has are not.';

const textOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));

/** The error for a kernel that gpu.js could not build or run: it names the step and carries the source. */
export function kernelFailed(program: Program, { step: at, source }: PlannedKernel, backend: string, fault: unknown, log: readonly string[]): UnfoldError {
  const step = program.steps[at]!;
  const isLost = fault instanceof DeviceLost;
  return unfoldError({
    code: isLost ? 'DEVICE_LOST' : 'BACKEND_FAILED',
    op: step.op.name,
    problem: `kernel ${source.name} of step ${at} failed on ${backend}: ${textOf(fault)}`,
    fix: isLost ? afterLoss : `this is a fault of the backend ${backend}: report it with the shapes below and the kernel's source (\`error.cause.source\`).`,
    operands: step.inputs.map(({ type }, i) => ({ name: step.op.argName(i), type })),
    cause: new KernelFault(textOf(fault), [source.source, ...(source.native ? [source.native.source] : [])].join('\n'), log, fault),
  });
}

/** The error for a fault that belongs to no single kernel. */
export function programFailed(backend: string, fault: unknown, log: readonly string[]): UnfoldError {
  return unfoldError({
    code: fault instanceof DeviceLost ? 'DEVICE_LOST' : 'BACKEND_FAILED',
    op: 'run',
    problem: `the program failed on ${backend}: ${textOf(fault)}`,
    fix: 'every tensor is as it was before the call; choose another backend with `setBackend` if this device is lost.',
    cause: new KernelFault(textOf(fault), '', log, fault),
  });
}

/** The error for an upload or a reading, which no kernel can be blamed for. */
export function transferFailed(op: 'upload' | 'read', backend: string, fault: unknown, type: TensorType): UnfoldError {
  const isLost = fault instanceof DeviceLost;
  return unfoldError({
    code: isLost ? 'DEVICE_LOST' : 'BACKEND_FAILED',
    op,
    problem: `${op === 'read' ? 'elements could not be read from' : 'elements could not be brought to'} ${backend}: ${textOf(fault)}`,
    fix: isLost ? afterLoss : `this is a fault of the backend ${backend}: report it with the shape below.`,
    operands: [{ name: 'tensor', type }],
    cause: fault,
  });
}
