import { backendApiVersion, unfoldError, sizeOf, type Backend, type BackendBuffer, type DeviceInfo, type TensorType } from '@unfoldjs/core';
import { deviceBytes, fromDevice, toDevice, type DeviceBuffer } from './buffers.js';
import { free } from './chain-runner.js';
import { makeExecutable, type GpuExecutable } from './executable.js';
import { transferFailed } from './faults.js';
import type { Handle } from './gpujs.js';
import type { Session } from './session.js';
import { supportsIn } from './supports.js';

export interface BackendSetup {
  readonly session: Session;
  readonly device: DeviceInfo;
  readonly threads: boolean;
  /** Called after everything else was freed. */
  readonly release: () => Promise<void>;
}

/** The backend on an open gpu.js. */
export function makeBackend({ session, device, threads, release }: BackendSetup): Backend {
  const { name, mode, memory, gpu } = session;
  let isDisposed = false;
  const executables = new Set<GpuExecutable>();

  const own = (handle: Handle | null, type: TensorType): DeviceBuffer => {
    const bytes = deviceBytes(type);
    memory.trackBuffer(bytes);
    return { type, handle: handle ?? new Float32Array(1), bytes };
  };
  const assertOpen = (op: string): void => {
    if (isDisposed) throw unfoldError({ code: 'DISPOSED', op, problem: `the backend ${name} was disposed of.`, fix: 'open it again with `setBackend`.' });
  };
  const handleOf = (buffer: BackendBuffer, op: string): Handle => {
    assertOpen(op);
    const { handle } = buffer as DeviceBuffer;
    if (handle) return handle;
    throw unfoldError({
      code: handle === null ? 'DISPOSED' : 'MIXED_BACKENDS',
      op,
      problem: handle === null ? 'the buffer was freed.' : `the buffer does not belong to ${name}.`,
      fix: handle === null ? 'keep it until its last use.' : 'upload it to this backend.',
      operands: [{ name: 'buffer', type: buffer.type }],
    });
  };

  return {
    apiVersion: backendApiVersion,
    name,
    device,
    supports: (call) => supportsIn(mode, call),
    async upload(data, type) {
      assertOpen('upload');
      const elements = toDevice(data, type, mode);
      const handle = await session.toDevice(elements).catch((fault: unknown) => {
        throw transferFailed('upload', name, fault, type);
      });
      return own(handle, type);
    },
    async read(buffer) {
      const handle = handleOf(buffer, 'read');
      if (sizeOf(buffer.type.shape) === 0) return fromDevice(new Float32Array(0), buffer.type, mode);
      const elements = await session.toHost(handle, sizeOf(buffer.type.shape)).catch((fault: unknown) => {
        throw transferFailed('read', name, fault, buffer.type);
      });
      return fromDevice(elements, buffer.type, mode);
    },
    free(buffer) {
      const held = buffer as DeviceBuffer;
      if (!held.handle) return;
      free(held.handle);
      held.handle = null;
      if (!isDisposed) memory.trackBuffer(-held.bytes);
    },
    async compile(program) {
      assertOpen('compile');
      const executable = await makeExecutable(session, program, { threads, handleOf, own });
      const tracked = { ...executable, dispose: () => void (executables.delete(tracked), executable.dispose()) };
      executables.add(tracked);
      return tracked;
    },
    memory: () => memory.info(),
    resetPeak: () => memory.resetPeak(),
    async dispose() {
      if (isDisposed) return;
      isDisposed = true;
      for (const executable of executables) executable.abandon();
      executables.clear();
      memory.clear();
      await gpu.destroy();
      await release();
    },
  };
}
