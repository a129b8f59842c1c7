import { unfoldError } from '../errors/unfold-error.js';
import { planSlots, type SlotPlan } from '../program/plan-slots.js';
import type { Operand, Program, Step, ValueId } from '../program/program.js';
import { allocate as allocateNative, type TypedArray } from '../types/dtype.js';
import { sizeOf } from '../types/shape.js';
import { type TensorType } from '../types/tensor-type.js';
import { backendApiVersion, type AbortSignalLike, type Backend, type BackendBuffer, type DeviceInfo, type Executable, type OpCall, type StepTiming } from './contract.js';
import { isReferenceKernel, type Kernel } from './kernel.js';

export interface KernelBackendOptions {
  /** Lower-case, unique among the backends of a program. */
  readonly name: string;
  /** A kernel for each op that runs here, by the op's name. Whatever is missing is decomposed, or refused where it is a primitive. */
  readonly kernels: Readonly<Record<string, Kernel>>;
  readonly device?: Partial<DeviceInfo>;
  /**
   * An array for `size` elements of a dtype, which may hold anything. It begins at a multiple of 8 bytes of its memory. Default: a new
   * array of the dtype.
   */
  readonly allocate?: (dtype: TensorType['dtype'], size: number) => TypedArray;
  /** Takes an array of `allocate` back, once, when nobody reads it any more. Default: it is left to the garbage collector. */
  readonly release?: (array: TypedArray) => void;
  /** Refuses calls that a kernel of that name cannot run; asked only for ops that have one. */
  readonly supports?: (call: OpCall) => true | string;
}

interface HostBuffer extends BackendBuffer {
  data: TypedArray | null;
}

/**
 * A backend made of kernels: one plain function an op over typed arrays. It brings memory, slots, constants and errors; the
 * easy path for a plugin: `kernelBackend({ name, kernels: { ...referenceKernels, ...yours } })`.
 */
export function kernelBackend(options: KernelBackendOptions): Backend {
  const { name, kernels } = options;
  const { allocate = allocateNative, release = () => {} } = options;
  const counter = { live: 0, peak: 0, buffers: 0 };
  let disposed = false;

  const track = (bytes: number): void => {
    if (disposed) return;
    counter.live += bytes;
    counter.peak = Math.max(counter.peak, counter.live);
  };
  const own = (type: TensorType, data: TypedArray): HostBuffer => {
    track(data.byteLength);
    counter.buffers++;
    return { type, data };
  };
  const assertOpen = (op: string): void => {
    if (disposed) throw unfoldError({ code: 'DISPOSED', op, problem: `the backend ${name} was disposed of.`, fix: 'keep it until its last use, or open another one.' });
  };
  const dataOf = (buffer: BackendBuffer, op: string): TypedArray => {
    assertOpen(op);
    const { data } = buffer as HostBuffer;
    if (data) return data;
    throw unfoldError({
      code: 'DISPOSED',
      op,
      problem: 'the buffer was freed.',
      fix: 'keep it until its last use.',
      operands: [{ name: 'buffer', type: buffer.type }],
    });
  };

  const backend: Backend = {
    apiVersion: backendApiVersion,
    name,
    device: {
      kind: 'cpu',
      label: 'plain JavaScript',
      fallbackReason: null,
      float32: { fma: false, denormals: 'kept', nan: 'kept', infinity: 'kept' },
      details: {},
      ...options.device,
    },
    supports(call) {
      if (!Object.hasOwn(kernels, call.op.name)) return `${name} has no kernel ${call.op.name}`;
      return options.supports?.(call) ?? true;
    },
    async upload(data, type) {
      assertOpen('upload');
      const copy = allocate(type.dtype, data.length);
      copy.set(data);
      return own(type, copy);
    },
    async read(buffer) {
      return dataOf(buffer, 'read').slice();
    },
    free(buffer) {
      const held = buffer as HostBuffer;
      if (!held.data || disposed) return;
      counter.live -= held.data.byteLength;
      counter.buffers--;
      release(held.data);
      held.data = null;
    },
    async compile(program) {
      assertOpen('compile');
      return compileKernels(program, { name, kernels, allocate, release, track, own, dataOf, assertOpen });
    },
    memory: () => ({ ...counter }),
    resetPeak() {
      counter.peak = counter.live;
    },
    async dispose() {
      disposed = true;
      counter.live = 0;
      counter.buffers = 0;
    },
  };
  return backend;
}

interface Memory {
  readonly name: string;
  readonly kernels: Readonly<Record<string, Kernel>>;
  readonly allocate: (dtype: TensorType['dtype'], size: number) => TypedArray;
  readonly release: (array: TypedArray) => void;
  /** Counts bytes that come (or, negative, go). */
  readonly track: (bytes: number) => void;
  readonly own: (type: TensorType, data: TypedArray) => BackendBuffer;
  readonly dataOf: (buffer: BackendBuffer, op: string) => TypedArray;
  readonly assertOpen: (op: string) => void;
}

function compileKernels(program: Program, memory: Memory): Executable {
  const plan = planSlots(program);
  const kernels = program.steps.map((step) => memory.kernels[step.op.name]!);
  const constants = new Map<ValueId, TypedArray>();
  for (const { value, data } of program.constants) {
    const copy = memory.allocate(program.values[value]!.dtype, data.length);
    copy.set(data);
    memory.track(copy.byteLength);
    constants.set(value, copy);
  }
  let live = true;

  const run = (inputs: readonly BackendBuffer[], signal?: AbortSignalLike, timings?: StepTiming[]): BackendBuffer[] => {
    memory.assertOpen('run');
    if (!live) throw unfoldError({ code: 'DISPOSED', op: 'run', problem: 'this executable was disposed of.', fix: 'compile the program again.' });
    const arrays = new Array<TypedArray | undefined>(program.values.length);
    for (const [value, data] of constants) arrays[value] = data;
    program.inputs.forEach(({ value }, i) => (arrays[value] = memory.dataOf(inputs[i]!, 'run')));
    const slots = new Slots(plan, memory);
    let isDone = false;
    try {
      program.steps.forEach((step, at) => {
        if (signal?.aborted) {
          throw unfoldError({ code: 'ABORTED', op: step.op.name, problem: 'the run was stopped by its signal.', fix: 'run it again without aborting.', cause: signal.reason });
        }
        const start = timings && performance.now();
        arrays[step.output] = slots.arrayFor(step);
        runStep(step, at, kernels[at]!, arrays, memory.name);
        timings?.push({ step: at, milliseconds: performance.now() - start! });
      });
      isDone = true;
      return program.outputs.map((value) => memory.own(program.values[value]!, arrays[value]!));
    } finally {
      slots.release();
      if (!isDone) for (const value of program.outputs) if (arrays[value]) memory.release(arrays[value]);
    }
  };

  return {
    async run(inputs, { signal } = {}) {
      return run(inputs, signal);
    },
    async profile(inputs) {
      const timings: StepTiming[] = [];
      return { outputs: run(inputs, undefined, timings), timings, how: 'each kernel and the memory of its result, in the thread that calls' };
    },
    dispose() {
      live = false;
      for (const data of constants.values()) {
        memory.track(-data.byteLength);
        memory.release(data);
      }
      constants.clear();
    },
    describe: () =>
      program.steps.map(({ op }, at) => ({
        op: op.name,
        ...(isReferenceKernel(kernels[at]!) ? { kernel: 'reference', reason: `${memory.name} runs ${op.name} with the core's kernel` } : { kernel: op.name, reason: `the kernel of ${memory.name}` }),
        scratchBytes: 0,
        ranOn: memory.name,
      })),
  };
}

/** The memory of one run: an array a slot, made at its first use, looked at as whatever dtype a step writes. */
class Slots {
  readonly #arrays: (TypedArray | undefined)[];
  #bytes = 0;

  constructor(
    private readonly plan: SlotPlan,
    private readonly memory: Memory,
  ) {
    this.#arrays = new Array(plan.slotBytes.length);
  }

  arrayFor(step: Step): TypedArray {
    const size = sizeOf(step.type.shape);
    const slot = this.plan.slotOf[step.output]!;
    if (slot < 0) return this.memory.allocate(step.type.dtype, size);
    const probe = this.memory.allocate(step.type.dtype, 0);
    this.memory.release(probe);
    const width = probe.BYTES_PER_ELEMENT;
    let held = this.#arrays[slot];
    if (!held || held.byteLength < size * width) {
      // Slots are planned for dense float32; the float64 mode needs twice that, hence the comparison.
      const bytes = Math.max(this.plan.slotBytes[slot]! * Math.max(1, width / 4), size * width);
      if (held) this.#giveBack(held);
      held = this.memory.allocate(step.type.dtype, Math.ceil(bytes / width));
      this.#count(held.byteLength);
      this.#arrays[slot] = held;
    }
    return new (probe.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => TypedArray)(held.buffer, held.byteOffset, size);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.memory.track(bytes);
  }

  #giveBack(array: TypedArray): void {
    this.#count(-array.byteLength);
    this.memory.release(array);
  }

  release(): void {
    for (const array of this.#arrays) if (array) this.#giveBack(array);
    this.#arrays.length = 0;
  }
}

function runStep(step: Step, at: number, kernel: Kernel, arrays: readonly (TypedArray | undefined)[], backend: string): void {
  const tensorOf = ({ value, type }: Operand) => ({ data: arrays[value]!, type });
  try {
    kernel({ op: step.op, attrs: step.attrs, inputs: step.inputs.map(tensorOf), output: { data: arrays[step.output]!, type: step.type } });
  } catch (fault) {
    throw unfoldError({
      code: 'BACKEND_FAILED',
      op: step.op.name,
      problem: `the kernel of step ${at} on ${backend} failed: ${fault instanceof Error ? fault.message : String(fault)}`,
      fix: `this is a fault of the backend ${backend}: report it with the shapes below.`,
      operands: step.inputs.map(({ type }, i) => ({ name: step.op.argName(i), type })),
      cause: fault,
    });
  }
}
