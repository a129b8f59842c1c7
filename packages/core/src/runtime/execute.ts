import type { AbortSignalLike, Backend, BackendBuffer } from '../backend/contract.js';
import { allocate } from '../types/dtype.js';
import { bytesOf } from '../types/tensor-type.js';
import type { Built } from './build.js';
import { guard } from './guard.js';
import { makeRoom, release, retain } from './memory.js';
import { Storage } from './storage.js';

/**
 * Runs a built program on data and gives each result a storage. Inputs are held for the time of the run, so that a tensor disposed
 * of meanwhile frees its memory afterwards.
 */
export async function execute({ executable, results, outputBytes }: Built, inputs: readonly Storage[], backend: Backend, signal?: AbortSignalLike): Promise<Storage[]> {
  const buffers: BackendBuffer[] = [];
  const held: BackendBuffer[] = [];
  try {
    await makeRoom(outputBytes);
    for (const storage of inputs) {
      storage.assertLive('evaluate');
      const found = storage.bufferOn(backend);
      const buffer = found instanceof Promise ? await found : found;
      retain(backend, buffer, bytesOf(storage.type));
      held.push(buffer);
      buffers.push(buffer);
    }
    const outputs = executable ? await guard(backend, 'run', () => executable.run(buffers, signal ? { signal } : {})) : [];
    return results.map((result) => {
      if (result.kind === 'output') return Storage.ofBuffer(result.type, backend, outputs[result.index]!);
      if (result.kind === 'input') {
        const { host } = inputs[result.index]!;
        return host ? Storage.ofHost(result.type, host) : Storage.ofBuffer(result.type, backend, buffers[result.index]!);
      }
      const data = allocate(result.type.dtype, result.constant.data.length);
      data.set(result.constant.data);
      return Storage.ofHost(result.type, data);
    });
  } finally {
    held.forEach(release);
  }
}
