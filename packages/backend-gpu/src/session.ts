import { flatten, SharedArray, type Memory } from './buffers.js';
import { DeviceLost } from './faults.js';
import { listen } from './gpujs-console.js';
import type { Transfer } from './gl-textures.js';
import type { GpuInstance, Handle, KernelShortcut, NestedResult } from './gpujs.js';
import type { NativeFunction } from './codegen/kernel-source.js';
import { IdleMemory } from './idle.js';
import { GlKernels } from './gl-kernels.js';
import { factsWithout, modeFacts, type GpuForm, type GpuMode, type ModeFacts } from './modes.js';
import { Uploads } from './uploads.js';

/** One gpu.js instance and what all programs on it share. */
export interface Session {
  readonly name: string;
  readonly mode: GpuMode;
  readonly facts: ModeFacts;
  readonly gpu: GpuInstance;
  readonly memory: Memory;
  readonly idle: IdleMemory;
  kernel(source: string, output: readonly number[], needs: KernelNeeds): KernelShortcut;
  /** Runs a kernel and insists that it ran in this mode. */
  call(kernel: KernelShortcut, handles: readonly Handle[], log: string[]): Promise<Handle>;
  dropKernel(kernel: KernelShortcut): void;
  toDevice(data: SharedArray): Promise<Handle>;
  toHost(handle: Handle, size: number): Promise<Float32Array>;
  /** Waits for the device; set where one frees nothing before it was waited for. */
  finish: (() => Promise<unknown>) | null;
  /** What the device reported outside of any call; the next call or reading throws it. */
  readonly faults: string[];
  /** Why the device is gone, or null. It does not come back. */
  loss: () => string | null;
  /** Uploads and readings without a kernel, where a mode has them. */
  transfer: Transfer | null;
  /** Asks the device for what it reports only when asked, after a reading, for which it was waited anyway. */
  check: (() => void) | null;
}

export interface KernelNeeds {
  /** Of its arguments; kernels are shared only where these are the same. */
  readonly forms: string;
  readonly native?: NativeFunction | undefined;
  /** The threads to start, where those of the output are too many. */
  readonly threads?: readonly number[] | undefined;
}

/** Kernels that may be in flight: a device that is never waited for frees no memory. */
const callsBetweenWaits = 64;

/** What gpu.js calls the modes of its kernel classes: all of WebGL is `gpu`. */
const classMode = (mode: GpuMode): readonly string[] => (modeFacts[mode].kind === 'gpu' && mode !== 'webgpu' ? ['gpu', mode] : [mode]);

export function openSession(gpu: GpuInstance, mode: GpuMode, memory: Memory, without: readonly GpuForm[]): Session {
  const facts = factsWithout(mode, without);
  const isResident = facts.kind === 'gpu';
  const name = `gpu-${mode}`;
  const glKernels = isResident && mode !== 'webgpu' ? new GlKernels(gpu) : null;
  let calls = 0;

  const session: Session = {
    name,
    mode,
    facts,
    gpu,
    memory,
    idle: new IdleMemory(),
    kernel(source, output, { forms, native, threads }) {
      const make = (): KernelShortcut => {
        const made = gpu.createKernel(source, { output, precision: 'single', pipeline: true, immutable: true, ...(native && { nativeFunctions: [native] }) });
        if (threads) startOnly(made, threads);
        return made;
      };
      return glKernels ? glKernels.take(`${output.join()} ${forms} ${source} ${native?.source ?? ''}`, make) : make();
    },
    async call(kernel, handles, log) {
      glKernels?.lendCorners(kernel);
      const result = (await guarded(session, log, () => kernel(...handles))) as Handle | NestedResult;
      assertMode(kernel, mode);
      glKernels?.adopt(result);
      if (session.finish && ++calls % callsBetweenWaits === 0) await session.finish();
      return result as Handle;
    },
    dropKernel(kernel) {
      if (glKernels) return glKernels.drop(kernel);
      kernel.destroy();
      // In mode cpu gpu.js forgets to.
      const at = gpu.kernels.findIndex((known) => known === kernel || known === kernel.kernel);
      if (at >= 0) gpu.kernels.splice(at, 1);
    },
    async toDevice(data) {
      if (!isResident) return data;
      const { transfer } = session;
      return transfer ? guarded(session, [], () => transfer.upload(data)) : uploads.run(data);
    },
    async toHost(handle, size) {
      const result = handle instanceof Float32Array ? handle : await guarded(session, [], () => (session.transfer ? session.transfer.read(handle) : handle.toArray()));
      session.check?.();
      throwFaults(session);
      return flatten(result, size);
    },
    finish: null,
    faults: [],
    loss: () => null,
    check: null,
    transfer: null,
  };
  const uploads = new Uploads(session);
  return session;
}

/** Starts fewer threads than the output has elements: gpu.js 2.24.1 counts workgroups from the output alone, and empty ones took a third of the time on SwiftShader. */
function startOnly({ kernel }: KernelShortcut, threads: readonly number[]): void {
  const { _computeDispatch: dispatch } = kernel;
  kernel._computeDispatch = () => dispatch!.call(kernel, threads);
}

/** @throws Error where gpu.js silently ran something else than what was asked for. */
function assertMode({ kernel }: KernelShortcut, mode: GpuMode): void {
  const ran = kernel.constructor.mode;
  if (classMode(mode).includes(ran)) return;
  throw new Error(`gpu.js ran it in mode ${ran} instead of ${mode}${kernel.fallbackReason ? `: ${kernel.fallbackReason}` : ''}`);
}

/** Runs something of gpu.js on a device that is there before and after it: one that is lost answers with zeros. */
async function guarded<T>(session: Session, log: string[], run: () => T | Promise<T>): Promise<T> {
  throwFaults(session);
  try {
    const result = await listen(log, run);
    throwFaults(session);
    return result;
  } catch (fault) {
    // What was under way fails before the device says that it is lost.
    await new Promise((resolve) => setTimeout(resolve, 0));
    assertThere(session);
    throw fault;
  }
}

function assertThere({ loss }: Session): void {
  const reason = loss();
  if (reason !== null) throw new DeviceLost(reason);
}

function throwFaults(session: Session): void {
  assertThere(session);
  if (session.faults.length > 0) throw new Error(session.faults.splice(0).join('; '));
}
