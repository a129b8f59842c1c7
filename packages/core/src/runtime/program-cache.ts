import type { Backend } from '../backend/contract.js';

/** How many programs a backend keeps; the one used longest ago goes first. */
const capacity = 256;

/** Compiled programs by structure, per backend. A build that fails is forgotten; concurrent callers share one build. */
export class ProgramCache<T> {
  #perBackend = new Map<Backend, Map<string, Promise<T>>>();

  constructor(private readonly discard: (value: T) => void) {}

  /** How many programs are kept, over all backends. */
  get size(): number {
    let size = 0;
    for (const programs of this.#perBackend.values()) size += programs.size;
    return size;
  }

  /** Discards all programs. */
  clear(): void {
    for (const programs of this.#perBackend.values()) for (const value of programs.values()) this.#discardLater(value);
    this.#perBackend.clear();
  }

  /** A program may still be in the making. Nobody waits who could be told of a fault: of the build, or of the backend that cannot discard it. */
  #discardLater(value: Promise<T>): void {
    value.then(this.discard).catch(() => undefined);
  }

  get(backend: Backend, key: string, build: () => Promise<T>): Promise<T> {
    let programs = this.#perBackend.get(backend);
    if (!programs) this.#perBackend.set(backend, (programs = new Map()));
    const known = programs.get(key);
    if (known) {
      programs.delete(key);
      programs.set(key, known);
      return known;
    }
    const built = build();
    programs.set(key, built);
    built.catch(() => programs.delete(key));
    if (programs.size > capacity) {
      const [oldest] = programs.keys();
      this.#discardLater(programs.get(oldest!)!);
      programs.delete(oldest!);
    }
    return built;
  }
}
