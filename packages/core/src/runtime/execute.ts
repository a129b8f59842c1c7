import type { AbortSignalLike, Backend, BackendBuffer } from '../backend/contract.js';
import { allocate } from '../types/dtype.js';
import { bytesOf } from '../types/tensor-type.js';
import type { Built } from './build.js';
import { guard } from './guard.js';
import { makeRoom, ownersOf, releaseAll, retain } from './memory.js';
import { Storage } from './storage.js';
import { runWatched } from './watch.js';

/**
 * Runs a built program on data and gives each result a storage. Inputs are held for the time of the run, so that a tensor disposed
 * of meanwhile frees its memory afterwards. The buffers of donated inputs may be taken by the backend where nobody else needs them: not
 * a view, not an equal result, not another run or reader. Those inputs cannot be read while the run is under way; where it fails they
 * are as they were.
 */
export async function execute({ program, executable, results, donated, outputBytes }: Built, inputs: readonly Storage[], backend: Backend, signal?: AbortSignalLike): Promise<Storage[]> {
  const buffers: BackendBuffer[] = [];
  const held: BackendBuffer[] = [];
  let lent: Storage[] = [];
  try {
    await makeRoom(outputBytes);
    for (const storage of inputs) {
      storage.assertLive('evaluate');
      const found = storage.bufferOn(backend);
      const buffer = found instanceof Promise ? await found : found;
      // An upload that two runs wait for may be taken by the one that goes on first.
      storage.assertLive('evaluate');
      retain(backend, buffer, bytesOf(storage.type));
      held.push(buffer);
      buffers.push(buffer);
    }
    const free = donated.filter((i) => ownersOf(buffers[i]!) === ownOwners);
    lent = free.map((i) => inputs[i]!);
    for (const storage of lent) storage.state = 'lent';
    const outputs = executable ? await guard(backend, 'run', () => runWatched({ backend, program, executable }, buffers, () => executable.run(buffers, { ...(signal && { signal }), ...(free.length > 0 && { donated: free }) })), (late) => late.forEach((buffer) => backend.free(buffer))) : [];
    for (const storage of lent) storage.dispose('donated');
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
    for (const storage of lent) if (storage.state === 'lent') storage.state = 'live';
    releaseAll(held);
  }
}

/** Who needs a buffer that nobody else does: the storage that is given away, and this run. */
const ownOwners = 2;
