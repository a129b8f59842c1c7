import { bytesPerElement, sizeOf, type Backend, type BackendBuffer, type TypedArray } from '@unfoldjs/core';
import { kernelBackend, type Kernel } from '@unfoldjs/core/reference';

const arenaBytes = 2 ** 25;

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** A backend whose buffers lie side by side in one memory, each in the first place that is free and large enough. */
export function arenaBackend(kernels: Readonly<Record<string, Kernel>>): Backend {
  const arena = new ArrayBuffer(arenaBytes);
  /** Where something lies, in order. */
  const taken: { readonly from: number; readonly to: number }[] = [];

  const place = (bytes: number): number => {
    let from = 0;
    let at = 0;
    while (at < taken.length && taken[at]!.from - from < bytes) from = taken[at++]!.to;
    if (from + bytes > arenaBytes) throw new RangeError(`the arena has no room for ${bytes} bytes`);
    taken.splice(at, 0, { from, to: from + bytes });
    return from;
  };

  const sound = kernelBackend({
    name: 'arena',
    kernels,
    allocate(dtype, size) {
      const bytes = Math.ceil((size * bytesPerElement[dtype]) / 4) * 4;
      return bytes === 0 ? new arrays[dtype](0) : new arrays[dtype](arena, place(bytes), size).fill(0);
    },
  });
  return {
    ...sound,
    free(buffer) {
      const { data } = buffer as BackendBuffer & { readonly data: TypedArray | null };
      const at = data && sizeOf(buffer.type.shape) > 0 ? taken.findIndex(({ from }) => from === data.byteOffset) : -1;
      if (at >= 0) taken.splice(at, 1);
      sound.free(buffer);
    },
  };
}
