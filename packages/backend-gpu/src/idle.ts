/** Something that holds memory between runs and can do without it. */
export interface Holder {
  /** Bytes that it holds now. */
  held(): number;
  isBusy(): boolean;
  /** Gives the memory back; the next use takes it again. */
  release(): void;
}

/** Bytes that idle programs of one backend may hold together. */
const budget = 128 * 2 ** 20;

/** Keeps what idle programs hold under a budget: programs are cached by the hundred, and each would keep its memory for ever. */
export class IdleMemory {
  /** In the order of last use. */
  readonly #holders = new Set<Holder>();

  /** Called after a use: the ones used longest ago give way. */
  used(holder: Holder): void {
    this.#holders.delete(holder);
    this.#holders.add(holder);
    let total = 0;
    for (const { held } of this.#holders) total += held();
    for (const other of this.#holders) {
      if (total <= budget) return;
      if (other === holder || other.isBusy()) continue;
      total -= other.held();
      this.#holders.delete(other);
      other.release();
    }
  }

  forget(holder: Holder): void {
    this.#holders.delete(holder);
  }
}
