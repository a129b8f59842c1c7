import { evaluate, setBackend, tensor, UnfoldError, type Backend, type Program, type TensorType } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { gpu, KernelFault, type GpuMode } from '@unfoldjs/backend-gpu';
import { loseDevices, reportStrayError } from './devices.js';

export const vector: TensorType = { dtype: 'float32', shape: [3] };

/** The program of one op on one vector, as the optimizer would never make it. */
export async function programOf(backend: Backend, attrs: Program['steps'][number]['attrs']): Promise<Program> {
  let seen: Program | null = null;
  const recorder: Backend = { ...backend, compile: (program) => ((seen = program), backend.compile(program)) };
  await setBackend(recorder);
  await evaluate(tensor([1, 2, 3]).slice(1, 2));
  const step = seen!.steps[0]!;
  return { ...seen!, steps: [{ ...step, attrs }] };
}

/** An error as plain values, which travel out of a page. */
export interface Refusal {
  readonly code: string;
  readonly op: string;
  readonly problem: string;
  readonly source: string | null;
}

export async function refusalOf(run: () => unknown): Promise<Refusal | null> {
  try {
    await run();
    return null;
  } catch (fault) {
    if (!(fault instanceof UnfoldError)) throw fault;
    const { code, op, problem, cause } = fault;
    return { code, op, problem, source: cause instanceof KernelFault ? cause.source : null };
  }
}

/** What is said of a kernel that the device cannot compile, and what was written to the console. */
export async function brokenKernel(backend: Backend): Promise<{ refusal: Refusal | null; written: string[]; after: number[] }> {
  const program = await programOf(backend, { begin: ['nowhere'], size: [2], strides: [1] });
  const written: string[] = [];
  const methods = ['log', 'info', 'warn', 'error'] as const;
  const own = methods.map((name) => console[name]);
  for (const name of methods) console[name] = (...values: unknown[]) => void written.push(values.join(' '));
  try {
    const refusal = await refusalOf(async () => {
      const executable = await backend.compile(program);
      await executable.run([await backend.upload(Float32Array.of(1, 2, 3), vector)]);
    });
    return { refusal, written, after: [...(await tensor([1, 2, 3]).mul(2).data())] };
  } finally {
    methods.forEach((name, i) => (console[name] = own[i]!));
  }
}

/** An error that the device reports on its own: the next call says it, and the one after it runs. */
export async function strayError(backend: Backend): Promise<{ refusal: Refusal | null; after: number[] } | null> {
  await setBackend(backend);
  if (!(await reportStrayError())) return null;
  const refusal = await refusalOf(() => tensor([1, 2, 3]).add(1).data());
  return { refusal, after: [...(await tensor([1, 2, 3]).add(1).data())] };
}

/** What becomes of everything when a device goes away: nothing may answer with zeros. */
export async function lostDevice(mode: GpuMode): Promise<{ running: Refusal | null; reading: Refusal | null; uploading: Refusal | null; again: number[]; next: string; onNext: number[]; written: string[] }> {
  const written: string[] = [];
  const ownError = console.error;
  console.error = (...values: unknown[]) => void written.push(values.join(' '));
  try {
    const first = await setBackend(gpu({ mode }));
    const weights = tensor([1, 2, 3]);
    const made = weights.mul(2);
    await evaluate(made);
    loseDevices();
    const running = await refusalOf(() => weights.mul(3).data());
    const reading = await refusalOf(() => made.data());
    const uploading = await refusalOf(() => first.upload(Float32Array.of(1, 2, 3), vector));

    const second = await setBackend(gpu({ mode }));
    const again = [...(await weights.mul(3).data())];
    const third = await setBackend([gpu(), cpu()]);
    const onNext = [...(await weights.mul(3).data())];
    for (const backend of new Set([first, second, third])) await backend.dispose();
    return { running, reading, uploading, again, next: third.name, onNext, written };
  } finally {
    console.error = ownError;
  }
}
