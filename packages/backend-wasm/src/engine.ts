import { bytesOf, sizeOf, type TensorType, type TypedArray } from '@unfoldjs/core';
import { Heap, PromisedSpace, mostPages, spaceOf } from './memory/heap.js';
import { arrays, viewOf } from './memory/views.js';
import { controlBytes, word } from './threads/control.js';
import { Pool } from './threads/pool.js';
import { numbersOf, type Question, type Reply } from './threads/program-worker.js';
import { Remote } from './threads/remote.js';
import { patience, runCall, runTasks, type LoadedModule, type Surroundings, type Task } from './threads/tasks.js';

/** Work that takes longer than sharing it: some microseconds. */
const worthSharing = 150_000;

/**
 * Work of a program for which sleeping workers are woken, which takes some 50 microseconds of the caller's time; and of one that does
 * not run in the thread of a page, where it would take a millisecond, on a slow device eight.
 */
const worthWaking = 4_000_000;

/** Chunks for each thread, so that one that is late or slow holds nobody up. */
const chunksPerThread = 4;

/**
 * Work of one call where no thread helps. Runtimes first compile a function quickly, and well once it has run for a while; the good code takes
 * effect at its next call. In one call the longest steps of a network would run the first code to their end.
 */
const workOfPart = 500_000;

/** Into how many calls the units of one are divided. */
export const partsOf = (units: number, work: number): number => Math.max(1, Math.min(units, Math.ceil(work / workOfPart)));

/** How a program runs. */
export interface Manner {
  /** In this thread; otherwise in the worker that runs programs. */
  readonly isHere: boolean;
  /** About how many multiplications, or elements moved, are in calls that threads divide. */
  readonly sharedWork: number;
}

/** What went wrong in a task. */
export class TaskFault extends Error {
  constructor(
    readonly at: number,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

let nextModule = 1;

/** One memory, the blocks in it, and the threads that run code on it. */
export class Engine {
  readonly heap: Heap;
  /** Null where it lies in the worker that runs programs, and nothing of it can be seen from here. */
  readonly memory: WebAssembly.Memory | null;
  readonly #here: Surroundings | null;
  readonly #pool: Pool | null;
  readonly #space: PromisedSpace | null;
  #arena = { start: 0, bytes: 0 };
  readonly #arenaUsers = new Map<object, number>();
  #last: Promise<unknown> = Promise.resolve();
  /** Under way or waiting. */
  #turns = 0;

  private constructor(
    readonly threads: number,
    private readonly remote: Remote | null,
    memory: WebAssembly.Memory | null,
  ) {
    this.memory = memory;
    this.#space = memory ? null : new PromisedSpace();
    this.heap = new Heap(this.#space ?? spaceOf(memory!), controlBytes);
    this.#here = memory && { memory, modules: new Map<number, LoadedModule>(), word, patience, isShared: false, lost: null, at: 0 };
    this.#pool = memory && threads > 1 ? new Pool(memory, threads) : null;
  }

  /**
   * @param inWorker - programs run in a worker, and this thread only asks for their results.
   * @throws {Error} where there is no worker.
   */
  static async open({ threads, inWorker }: { readonly threads: number; readonly inWorker: boolean }): Promise<Engine> {
    const isShared = threads > 1;
    const memory = isShared || !inWorker ? new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared: isShared }) : null;
    const remote = inWorker ? new Remote(memory) : null;
    // Only its answer tells that it runs: a page may forbid the text of a worker.
    await remote?.ask({ act: 'read', at: 0, bytes: 0 });
    return new Engine(threads, remote, memory);
  }

  get runsInWorker(): boolean {
    return this.remote !== null;
  }

  /** Why fewer threads run than were wanted, or none. */
  get lost(): string | null {
    return this.remote?.lost ?? this.#pool?.lost ?? null;
  }

  /**
   * Does something that uses the arena, or must not meet a run that is under way. Where programs run in this thread, nothing ever is; where
   * they run elsewhere, it waits for what came before.
   */
  inTurn<T>(act: () => Promise<T>): Promise<T> {
    if (!this.remote) return act();
    this.#turns++;
    const result = this.#last.then(act).finally(() => this.#turns--);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Does something when no run is under way, which may be now. */
  betweenTurns(act: () => void): void {
    if (this.#turns === 0) act();
    else this.#last = this.#last.then(act);
  }

  /** Puts data where a block is. @throws {UnfoldError} OUT_OF_MEMORY */
  write(pointer: number, data: TypedArray, type: TensorType): void | Promise<void> {
    if (this.memory) return viewOf(this.memory, pointer, type).set(data);
    const copy = new Uint8Array(new arrays[type.dtype](data).buffer);
    return this.#ask({ act: 'write', at: pointer, data: copy }, [copy.buffer]).then(() => {});
  }

  /** A copy of what is in a block. */
  read(pointer: number, type: TensorType): TypedArray | Promise<TypedArray> {
    if (this.memory) return viewOf(this.memory, pointer, type).slice();
    return this.#ask({ act: 'read', at: pointer, bytes: bytesOf(type) }).then(({ data }) => new arrays[type.dtype](data!.buffer, 0, sizeOf(type.shape)));
  }

  /** How a program of such calls runs. */
  mannerOf(calls: readonly { readonly units: number; readonly work: number }[]): Manner {
    const sum = (some: typeof calls): number => some.reduce((total, { work }) => total + work, 0);
    return {
      isHere: !this.remote || (this.memory !== null && sum(calls) < worthWaking),
      sharedWork: sum(calls.filter(({ units, work }) => this.chunksOf(units, work) > 1)),
    };
  }

  /** Into how many parts threads divide a call. */
  chunksOf(units: number, work: number): number {
    return this.#pool && work >= worthSharing ? Math.max(1, Math.min(units, this.threads * chunksPerThread, Math.ceil(work / (worthSharing / 8)))) : 1;
  }

  /** Has the tasks of a program ready where they run: `execute` then tells only what differs from run to run. */
  async prepare(module: number, tasks: readonly Task[], { isHere }: Manner): Promise<void> {
    if (!isHere) await this.#ask({ act: 'prepare', module, tasks });
  }

  /** Compiles a module, for `execute`; `code` is told the most pages of the memory where that is shared. The function frees it. */
  async load(code: (pages: number | null) => Uint8Array, { isHere }: Manner): Promise<{ id: number; unload: () => void }> {
    const bytes = code(this.#pool ? mostPages : null);
    const id = nextModule++;
    // Workers compile the module from here: they never look at messages.
    const pointer = this.#pool ? this.heap.take(bytes.length) : 0;
    if (this.#pool) new Uint8Array(this.memory!.buffer).set(bytes, pointer);
    if (isHere) {
      const { memory, modules } = this.#here!;
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
      modules.set(id, { functions: Object.values(exports) as LoadedModule['functions'], pointer, bytes: bytes.length });
    } else {
      await this.#ask({ act: 'load', module: id, code: bytes, pointer });
    }
    const unload = (): void => {
      if (this.#pool) this.heap.give(pointer);
      if (isHere) this.#here!.modules.delete(id);
      else this.#ask({ act: 'unload', module: id }).catch(() => {});
    };
    return { id, unload };
  }

  /**
   * Runs tasks of a program, which have been prepared, in their order: as `runTasks`.
   *
   * @throws {TaskFault} and, where memory is elsewhere and cannot grow, {UnfoldError} OUT_OF_MEMORY.
   */
  execute(module: number, tasks: readonly Task[], { isHere, sharedWork }: Manner): number | Promise<number> {
    const isShared = this.#callWorkers(sharedWork);
    if (!isHere) return this.#executeElsewhere(module, tasks, isShared);
    const here = this.#here!;
    here.isShared = isShared;
    try {
      return runTasks(tasks, here, runCall);
    } catch (cause) {
      if (here.lost) this.#pool?.terminate(here.lost);
      throw new TaskFault(here.at, cause);
    }
  }

  async #executeElsewhere(module: number, tasks: readonly Task[], isShared: boolean): Promise<number> {
    const numbers = numbersOf(tasks);
    const { done, fault, at, lost } = await this.#ask({ act: 'run', module, tasks: tasks.map(({ index }) => index), numbers, isShared }, [numbers.buffer]);
    if (lost) this.#pool?.terminate(lost);
    if (fault !== undefined) throw new TaskFault(at ?? 0, fault);
    return done!;
  }

  /** Whether workers help with a program: those that are awake help with any, and they are not woken for little. */
  #callWorkers(work: number): boolean {
    if (!this.#pool) return false;
    if (work >= worthWaking) this.#pool.wake();
    return this.#pool.hasWorkers && (work >= worthWaking || this.#pool.isAwake);
  }

  async #ask(question: Question, moved: readonly ArrayBuffer[] = []): Promise<Reply> {
    const pages = this.#space?.pages ?? 0;
    const reply = await this.remote!.ask(question, pages, moved);
    if (reply.pages === undefined) return reply;
    this.#space!.pages = reply.pages;
    throw this.heap.noRoom((pages - reply.pages) * 65_536);
  }

  /** Where intermediate values and scratch arrays of a run lie. One run at a time: see `inTurn`. */
  get arena(): number {
    return this.#arena.start;
  }

  /** Makes room in the arena for a user, or, with 0, takes it back. */
  reserve(user: object, bytes: number): void {
    if (bytes > 0) this.#arenaUsers.set(user, bytes);
    else this.#arenaUsers.delete(user);
    const needed = Math.max(0, ...this.#arenaUsers.values());
    if (needed === this.#arena.bytes) return;
    if (this.#arena.bytes > 0) this.heap.give(this.#arena.start);
    this.#arena = { start: 0, bytes: 0 };
    if (needed > 0) this.#arena = { start: this.heap.take(needed), bytes: needed };
  }

  dispose(): void {
    this.remote?.terminate();
    this.#pool?.terminate();
  }
}
