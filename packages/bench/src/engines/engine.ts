import type { Facts } from '../bench.js';
import type { Promise32 } from '../reference/check.js';
import type { Training } from '../workloads/cnn.js';
import type { Network, Params } from '../workloads/network.js';

/**
 * `resident`: the input is on the device before the call and the result stays there. `host`: the input comes from an array of the
 * host at each call, and the result goes back into one. Parameters are constants in both.
 */
export type Mode = 'resident' | 'host';

/** Work made ready: a call is what a user of the engine would write, awaited. */
export interface Task<Result = unknown> {
  run(): Promise<Result>;
  /** Elements on the host, row-major, channels last. Not timed. */
  read(result: Result): Promise<ArrayLike<number>>;
  /** Gives the result back, as a user must; timed with `run`. */
  release?(result: Result): void;
  /** The most bytes that the engine says it held during the last run. */
  peakBytes?(): number;
}

/** Steps of training, parameters kept by the engine; the batch comes from the host at each step. */
export interface Trainer {
  /** One step; gives the loss before the update, on the host. */
  step(): Promise<number>;
}

/** An engine that is loaded and started. What it cannot do is absent. */
export interface Session {
  readonly facts?: Facts;
  network?(network: Network, x: Float32Array, params: readonly Params[], mode: Mode): Promise<Task>;
  /** `a` times `b`, `[size, size]` each, both given at each call. */
  matmul?(size: number, a: Float32Array, b: Float32Array, mode: Mode): Promise<Task>;
  train?(training: Training, x: Float32Array, labels: Float32Array, params: readonly Params[]): Promise<Trainer>;
}

/** Something that computes, in one of its settings. */
export interface Engine {
  /** As `--engines` names it. */
  readonly id: string;
  /** As tables name it. */
  readonly name: string;
  readonly threads: number;
  /** What its sums are held to. Default `every-order`. */
  readonly promise?: Promise32;
  /** Why a result cannot stay on its device: it is timed from host to host everywhere, and tables say so. */
  readonly hostOnly?: string;
  /** Flags of Node that it needs. */
  readonly execArgv?: readonly string[];
  /** True where `--quick` has it. */
  readonly quick?: boolean;
  /** Writes down what a user of it would have as a file: a model. Called where the start is timed, before it is. */
  writeFiles?(network: Network, params: readonly Params[]): Promise<void>;
  /**
   * Loads it: nothing of it may be imported before.
   *
   * @throws Unavailable where this machine has no such thing.
   */
  open(): Promise<Session>;
}
