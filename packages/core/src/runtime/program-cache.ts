import type { Backend } from '../backend/contract.js';

/** How many programs a backend keeps; the one used longest ago goes first. */
const capacity = 256;

/** Compiled programs by structure, per backend. A build that fails is forgotten; concurrent callers share one build. */
export class ProgramCache<T> {
  readonly #perBackend = new WeakMap<Backend, Map<string, Promise<T>>>();

  constructor(private readonly discard: (value: T) => void) {}

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
      const [[oldest, value]] = programs as unknown as [[string, Promise<T>]];
      programs.delete(oldest);
      value.then(this.discard, () => undefined);
    }
    return built;
  }
}
