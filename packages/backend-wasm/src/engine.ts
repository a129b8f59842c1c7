import { Heap, mostPages } from './memory/heap.js';
import { controlBytes } from './threads/control.js';
import { Pool } from './threads/pool.js';

/** The functions of one module, called for all their units. */
export interface Instance {
  /** `work`: about how many multiplications, or elements moved, all units are together. */
  run(index: number, args: number[], units: number, work: number, needsThread: boolean): void;
  dispose(): void;
}

/** Work that takes longer than sharing it: some microseconds. */
const worthSharing = 150_000;

/** Work of a program for which sleeping workers are woken: waking one takes some 50 microseconds of the caller's time. */
const worthWaking = 4_000_000;

export const isWorthSharing = ({ units, work }: { readonly units: number; readonly work: number }): boolean => units > 1 && work >= worthSharing;

/** Chunks for each thread, so that one that is late or slow holds nobody up. */
const chunksPerThread = 4;

let nextModule = 1;

/** One memory, the blocks in it, and the threads that run code on it. */
export class Engine {
  readonly memory: WebAssembly.Memory;
  readonly heap: Heap;
  readonly #pool: Pool | null;
  #isShared = false;
  #arena = { start: 0, bytes: 0 };
  readonly #arenaUsers = new Map<object, number>();

  constructor(readonly threads: number) {
    const isShared = threads > 1;
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared: isShared });
    this.heap = new Heap(this.memory, controlBytes);
    this.#pool = isShared ? new Pool(this.memory, threads) : null;
  }

  /** Why fewer threads run than were wanted. */
  get lost(): string | null {
    return this.#pool?.lost ?? null;
  }

  /** Before the first call of a program whose calls have so much to share. Workers that are awake help with any, and are not waked for little. */
  begin(work: number): void {
    if (!this.#pool) return;
    if (work >= worthWaking) this.#pool.wake();
    this.#isShared = work >= worthWaking || this.#pool.isAwake;
  }

  /** Compiles a module; `code` is told the most pages of the memory where that is shared. */
  instantiate(code: (pages: number | null) => Uint8Array): Instance {
    const bytes = code(this.#pool ? mostPages : null);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: this.memory } });
    const functions = Object.values(exports) as ((...args: number[]) => void)[];
    const pool = this.#pool;
    // Workers compile the module from here: they never look at messages.
    const module = pool && { id: nextModule++, pointer: this.heap.take(bytes.length), bytes: bytes.length };
    if (module) new Uint8Array(this.memory.buffer).set(bytes, module.pointer);
    return {
      run: (index, args, units, work, needsThread) => {
        const here = (from: number, to: number): void => (needsThread ? functions[index]!(...args, from, to, 0) : functions[index]!(...args, from, to));
        if (!pool || !module || !this.#isShared || !isWorthSharing({ units, work })) return here(0, units);
        const chunks = Math.min(units, this.threads * chunksPerThread, Math.ceil(work / (worthSharing / 8)));
        pool.run({ module, run: index, args, units, chunks, needsThread, here });
      },
      dispose: () => {
        if (module) this.heap.give(module.pointer);
      },
    };
  }

  /** Where intermediate values and scratch arrays of a run lie. One run at a time: a run is never interrupted. */
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
    this.#pool?.terminate();
  }
}
