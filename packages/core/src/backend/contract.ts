import type { Attrs } from '../expr/attrs.js';
import type { OpDef } from '../expr/op-def.js';
import type { Program } from '../program/program.js';
import type { TypedArray } from '../types/dtype.js';
import type { TensorType } from '../types/tensor-type.js';

/** The version of this contract; a backend states the one it was written for. */
export const backendApiVersion = 1;

/** One op with everything that is known before it runs: what `supports` is asked about. */
export interface OpCall {
  readonly op: OpDef;
  readonly attrs: Attrs;
  readonly inputs: readonly TensorType[];
  readonly output: TensorType;
}

/** What a device's float32 arithmetic keeps. The conformance suite skips exactly what is declared lost. */
export interface Float32Facts {
  /** True where multiply-add may round once instead of twice. */
  readonly fma: boolean;
  readonly denormals: 'kept' | 'flushed';
  readonly nan: 'kept' | 'lost';
  readonly infinity: 'kept' | 'lost';
}

export interface DeviceInfo {
  readonly kind: 'cpu' | 'wasm' | 'gpu';
  /** For people: `NVIDIA H200 through Dawn`, `plain JavaScript`. */
  readonly label: string;
  /** Why this is not the device that was asked for; null where it is. */
  readonly fallbackReason: string | null;
  readonly float32: Float32Facts;
  /** Whatever else helps to understand a measurement: mode, limits, versions. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Elements that a backend holds, dense and row-major at this boundary. Immutable once written, so that a backend may cache what
 * it derives from one (packed weights) by its identity.
 */
export interface BackendBuffer {
  readonly type: TensorType;
}

export interface MemoryInfo {
  /** Bytes that buffers, constants and scratch hold now. */
  readonly live: number;
  /** The most that `live` has been since the backend started or since `resetPeak`. */
  readonly peak: number;
  /** Buffers that were uploaded or returned by a run and not freed. */
  readonly buffers: number;
}

/** What one step of a program became. */
export interface StepInfo {
  /** The op of the step, as the program names it. */
  readonly op: string;
  readonly kernel: string;
  /** Why this kernel: a special path that matched, a default. */
  readonly reason: string;
  /** Bytes that the kernel needs beside its inputs and its output. */
  readonly scratchBytes: number;
  /** Where it ran. */
  readonly ranOn: string;
}

export interface StepTiming {
  readonly step: number;
  readonly milliseconds: number;
}

/** What a run that was profiled returned, and how long its steps took, in the order in which they ran; one of several kernels may come once for each. */
export interface ProfiledRun {
  readonly outputs: BackendBuffer[];
  readonly timings: readonly StepTiming[];
  /** What the times are of, where that needs saying: `each kernel until the device is done with it`. */
  readonly how?: string;
}

export interface RunOptions {
  /** Stops the run between two steps. */
  readonly signal?: AbortSignalLike;
  /**
   * Inputs whose buffers nobody needs after this run, all of them inputs for which the program names an output (`donatedTo`). The
   * backend may give such a buffer's memory to that output, or to whatever it likes, once nothing in the run can fail any more. A buffer
   * that was taken counts as freed: `memory()` no longer counts it, and `free` does nothing for it. Only what is listed here may be taken:
   * `donatedTo` alone allows nothing. Default: none.
   */
  readonly donated?: readonly number[];
}

/** A program made ready to run, any number of times. */
export interface Executable {
  /**
   * Runs once. Inputs are borrowed, but for those that are donated: never written, never kept after the promise settles. The results
   * belong to the caller and are new buffers, also where they lie in donated memory. A run that fails leaves every input as it was,
   * donated or not, and keeps no buffer.
   */
  run(inputs: readonly BackendBuffer[], options?: RunOptions): Promise<BackendBuffer[]>;
  /** Frees constants and scratch. A second call does nothing. */
  dispose(): void;
  describe(): readonly StepInfo[];
  /** What was generated for each step, such as the source of its kernels, for people to read. */
  sources?(): readonly string[];
  /**
   * One run with the time of each step. Only for those that can tell steps apart: where the whole program is one call, leave it out, and
   * `profile` says that the program as a whole was measured.
   */
  profile?(inputs: readonly BackendBuffer[]): Promise<ProfiledRun>;
}

/** The part of AbortSignal that is used; core knows no DOM. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

/** A device that runs programs. Small, asynchronous, whole programs at a time. */
export interface Backend {
  readonly apiVersion: number;
  readonly name: string;
  readonly device: DeviceInfo;
  /** True, or the reason why this call cannot run here. Rules that fuse ask it before they fire; a refused primitive is an error. */
  supports(call: OpCall): true | string;
  upload(data: TypedArray, type: TensorType): Promise<BackendBuffer>;
  /** A copy on the host; a Float64Array for float32 tensors in the float64 mode of a backend. */
  read(buffer: BackendBuffer): Promise<TypedArray>;
  /** Gives a buffer back. A second call for the same one does nothing. */
  free(buffer: BackendBuffer): void;
  compile(program: Program): Promise<Executable>;
  memory(): MemoryInfo;
  resetPeak?(): void;
  /** Frees everything. A second call does nothing. */
  dispose(): Promise<void>;
}

/** Something that opens a backend when it is asked to, or says why it cannot: what `cpu()` and `gpu()` return. */
export interface BackendSpec {
  readonly name: string;
  /** @throws {UnfoldError} NO_BACKEND with the reason, where this machine has no such device. */
  open(): Promise<Backend>;
}
