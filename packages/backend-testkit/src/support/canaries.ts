import { sizeOf, allocate, type Backend, type BackendBuffer, type Program, type TensorType } from '@unfoldjs/core';
import { checkExact } from './compare.js';

/** Five elements: no vector and no alignment divides them, so that their neighbours lie as awkwardly as can be. */
const type: TensorType = { dtype: 'float32', shape: [5] };
const values = Float32Array.of(1001, 1002, 1003, 1004, 1005);

/** Buffers that a run is not given, where it would write if it wrote beside its own. */
export interface Canaries {
  /** @throws ConformanceError where one of them was written to. */
  check(): Promise<void>;
  free(): void;
}

/**
 * Uploads a canary before and behind memory of the size of each result, and frees that memory again: a backend which uses memory
 * again puts the result in between. What is uploaded next lies behind the last of them.
 */
export async function layCanaries(backend: Backend, program: Program): Promise<Canaries> {
  const held: BackendBuffer[] = [await backend.upload(values, type)];
  for (const output of program.outputs) {
    const { dtype, shape } = program.values[output]!;
    const hole = await backend.upload(allocate(dtype, sizeOf(shape)), { dtype, shape });
    held.push(await backend.upload(values, type));
    backend.free(hole);
  }
  return {
    async check() {
      const seen = await Promise.all(held.map((buffer) => backend.read(buffer)));
      seen.forEach((read) => checkExact(read, values, type.shape, 'a buffer that the run was not given'));
    },
    free: () => held.forEach((buffer) => backend.free(buffer)),
  };
}
