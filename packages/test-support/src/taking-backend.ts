import type { Backend, BackendBuffer, Executable, TypedArray } from '@unfoldjs/core';
import { kernelBackend, referenceKernels, type Kernel } from '@unfoldjs/core/reference';

type HostBuffer = { -readonly [K in keyof BackendBuffer]: BackendBuffer[K] } & { data: TypedArray | null };

/** A backend that takes donated buffers over, and says how many it took. */
export interface TakingBackend extends Backend {
  takenBuffers(): number;
}

/**
 * The reference with donation: a result is written into the array of the buffer that was given for it, at once and in front of
 * everybody who still reads that array. So a donation that should have been withheld is seen in the next value that is read.
 */
export function takingBackend(kernels: Readonly<Record<string, Kernel>> = referenceKernels): TakingBackend {
  const sound = kernelBackend({ name: 'taking', kernels });
  let taken = 0;
  return {
    ...sound,
    takenBuffers: () => taken,
    async compile(program) {
      const executable = await sound.compile(program);
      const run: Executable['run'] = async (inputs, { donated = [], ...options } = {}) => {
        const outputs = await executable.run(inputs, options);
        for (const at of donated) {
          const to = program.inputs[at]?.donatedTo;
          if (to === undefined) throw new Error(`input ${at} may be taken, and the program names no output for it`);
          const input = inputs[at] as HostBuffer;
          const result = outputs[to] as HostBuffer;
          input.data!.set(result.data!);
          sound.free(result);
          outputs[to] = { type: result.type, data: input.data } as HostBuffer;
          input.data = null;
          taken++;
        }
        return outputs;
      };
      return { ...executable, run };
    },
  };
}
