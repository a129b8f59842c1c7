import { word } from './control.js';
import { startWorker, type RunningWorker } from './start-worker.js';
import { workerMain } from './worker.js';

/** Rounds of looking for work, some 200 microseconds, before a worker sleeps: waking it takes 50. */
const spins = 100_000;

const instances = 64;

/** The workers that help with the calls on one memory. They are started when the first program calls them. */
export class Pool {
  readonly #control: Int32Array;
  #workers: RunningWorker[] | null = null;
  /** Why there are fewer workers than wanted; null where all are there. */
  lost: string | null = null;

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly threads: number,
  ) {
    this.#control = new Int32Array(memory.buffer);
  }

  get hasWorkers(): boolean {
    return this.#workers !== null && this.#workers.length > 0;
  }

  /** Whether any worker is looking for work. */
  get isAwake(): boolean {
    return this.#workers !== null && Atomics.load(this.#control, word.sleepers) < this.#workers.length;
  }

  /** Calls workers to attention, so that they are there when the first call of a program comes. Between calls only. */
  wake(): void {
    this.#workers ??= this.#start();
    if (Atomics.load(this.#control, word.sleepers) === 0) return;
    // Another turn, with nothing to take: those who wait for it to change go on.
    Atomics.add(this.#control, word.turn, 1 << 16);
    Atomics.notify(this.#control, word.turn);
  }

  /** Ends all workers; with a reason where they were meant to stay. */
  terminate(reason: string | null = null): void {
    this.lost ??= reason;
    this.#workers?.splice(0).forEach((worker) => worker.terminate());
  }

  #start(): RunningWorker[] {
    const workers: RunningWorker[] = [];
    for (let thread = 1; thread < this.threads; thread++) {
      try {
        const start = { memory: this.memory, thread, word, spins, instances };
        const onLost = (reason: string): void => void (this.lost ??= `a worker thread is gone: ${reason}`);
        workers.push(startWorker({ name: `unfold wasm ${thread}`, text: workerMain.toString(), start, onLost }));
      } catch (cause) {
        this.lost ??= `a worker thread could not be started: ${cause instanceof Error ? cause.message : String(cause)}`;
      }
    }
    return workers;
  }
}
