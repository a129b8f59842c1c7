// The third step: a backend without `kernelBackend`. It sees a whole program and makes one JavaScript function of it.
import { backendApiVersion, sizeOf, unfoldError, type Backend, type BackendBuffer, type Executable, type Program, type TensorType, type TypedArray } from '@unfoldjs/core';
import { isReferenceKernel, planSlots } from '@unfoldjs/core/reference';
import { arena, kernels } from './backend.js';
import { writeProgram } from './write-program.js';

interface Held extends BackendBuffer {
  data: TypedArray | null;
}

const gone = (what: string) => unfoldError({ code: 'DISPOSED', op: 'program-plugin', problem: `${what} is gone.`, fix: 'keep it until its last use.' });

export function programPlugin(): Backend {
  const { allocate, release } = arena();
  const counter = { live: 0, peak: 0, buffers: 0 };
  let isOpen = true;

  const take = ({ dtype, shape }: TensorType): TypedArray => {
    const array = allocate(dtype, sizeOf(shape));
    counter.live += array.byteLength;
    counter.peak = Math.max(counter.peak, counter.live);
    return array;
  };
  const giveBack = (array: TypedArray): void => {
    if (!isOpen) return;
    counter.live -= array.byteLength;
    release(array);
  };
  const hold = (type: TensorType, data: TypedArray): Held => {
    counter.buffers++;
    return { type, data };
  };
  const dataOf = (buffer: BackendBuffer): TypedArray => {
    const { data } = buffer as Held;
    if (!isOpen) throw gone('the backend');
    if (!data) throw gone('the buffer');
    return data;
  };

  /** Memory for constants and intermediates is taken once, so that a run takes only that of its results. */
  function compile(program: Program): Executable {
    const { slotOf, slotBytes } = planSlots(program);
    const constants = program.constants.map(({ value, data }) => {
      const copy = take(program.values[value]!);
      copy.set(data);
      return copy;
    });
    const slots = slotBytes.map((bytes) => take({ dtype: 'bool', shape: [bytes] }));
    const { run: written, sources } = writeProgram(program, kernels, { constants, slots, slotOf });
    const outputTypes = program.outputs.map((value) => program.values[value]!);
    let isLive = true;
    return {
      async run(inputs, { signal } = {}) {
        if (!isLive || !isOpen) throw gone('the executable');
        const arrays = inputs.map(dataOf);
        // One function is one step, so this is the only place between two of them.
        if (signal?.aborted) throw unfoldError({ code: 'ABORTED', op: 'program-plugin', problem: 'the run was stopped by its signal.', fix: 'run it again without aborting.', cause: signal.reason });
        const outputs = outputTypes.map(take);
        try {
          written(arrays, outputs);
        } catch (fault) {
          outputs.forEach(giveBack);
          throw unfoldError({ code: 'BACKEND_FAILED', op: 'program-plugin', problem: `the function of a program failed: ${String(fault)}`, fix: 'report it with the program.', cause: fault });
        }
        return outputs.map((data, i) => hold(outputTypes[i]!, data));
      },
      dispose() {
        if (isLive) [...constants, ...slots].forEach(giveBack);
        isLive = false;
      },
      sources: () => sources,
      describe: () =>
        program.steps.map(({ op }) => ({
          op: op.name,
          kernel: op.isElementwise ? 'loop' : isReferenceKernel(kernels[op.name]!) ? 'reference' : op.name,
          reason: op.isElementwise ? 'it is written out in the function of the program' : 'it is called by the function of the program',
          scratchBytes: 0,
          ranOn: 'program-plugin',
        })),
    };
  }

  return {
    apiVersion: backendApiVersion,
    name: 'program-plugin',
    device: { kind: 'cpu', label: 'one JavaScript function a program', fallbackReason: null, float32: { fma: false, denormals: 'kept', nan: 'kept', infinity: 'kept' }, details: {} },
    supports: ({ op }) => Object.hasOwn(kernels, op.name) || `no function is written for ${op.name}`,
    async upload(data, type) {
      if (!isOpen) throw gone('the backend');
      const copy = take(type);
      copy.set(data);
      return hold(type, copy);
    },
    read: async (buffer) => dataOf(buffer).slice(),
    free(buffer) {
      const held = buffer as Held;
      if (!held.data || !isOpen) return;
      giveBack(held.data);
      counter.buffers--;
      held.data = null;
    },
    async compile(program) {
      if (!isOpen) throw gone('the backend');
      return compile(program);
    },
    memory: () => ({ ...counter }),
    resetPeak: () => void (counter.peak = counter.live),
    async dispose() {
      isOpen = false;
      counter.live = counter.buffers = 0;
    },
  };
}
