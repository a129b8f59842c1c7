import { Heap, mostPages } from './memory/heap.js';

/** Bytes at the start of the memory that are not given away: address 0 is nobody's. */
const reserved = 64;

/** The functions of one module, called for all their units. */
export interface Instance {
  run(index: number, args: number[], units: number, needsThread: boolean): void;
  dispose(): void;
}

/** One memory, the blocks in it, and who runs code on it. */
export class Engine {
  readonly memory: WebAssembly.Memory;
  readonly heap: Heap;
  #arena = { start: 0, bytes: 0 };
  readonly #arenaUsers = new Map<object, number>();

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages });
    this.heap = new Heap(this.memory, reserved);
  }

  instantiate(code: (pages: number | null) => Uint8Array): Instance {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code(null)), { env: { memory: this.memory } });
    const functions = Object.values(exports) as ((...args: number[]) => void)[];
    return {
      run(index, args, units, needsThread) {
        args.push(0, units);
        if (needsThread) args.push(0);
        functions[index]!(...args);
      },
      dispose: () => undefined,
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
}
