import { word, mostChunks } from './control.js';
import { startWorker, type RunningWorker } from './start-worker.js';

/** One call whose units are to be divided. */
export interface SharedCall {
  readonly module: { readonly id: number; readonly pointer: number; readonly bytes: number };
  readonly run: number;
  readonly args: readonly number[];
  readonly units: number;
  readonly chunks: number;
  readonly needsThread: boolean;
  /** Runs units here. */
  readonly here: (from: number, to: number) => void;
}

/** Rounds of looking for work, some 200 microseconds, before a worker sleeps: waking it takes 50. */
const spins = 100_000;

/** Without a word from a worker for so long, it is taken for dead, in ms. No chunk takes a tenth of that. */
const patience = 5000;

const instances = 64;

/** The workers of one engine. They are started with the first call; what they have not begun is done here. */
export class Pool {
  readonly #control: Int32Array;
  #workers: RunningWorker[] | null = null;
  #sequence = 0;
  /** Why there are fewer workers than wanted; null where all are there. */
  lost: string | null = null;

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly threads: number,
  ) {
    this.#control = new Int32Array(memory.buffer);
  }

  /** Whether any worker is looking for work. */
  get isAwake(): boolean {
    return this.#workers !== null && Atomics.load(this.#control, word.sleepers) < this.#workers.length;
  }

  /** Calls workers to attention, so that they are there when the first call of a program comes. */
  wake(): void {
    this.#workers ??= this.#start();
    if (Atomics.load(this.#control, word.sleepers) === 0) return;
    this.#publish(0);
    Atomics.notify(this.#control, word.turn);
  }

  /**
   * Runs all units, here and in the workers.
   * @throws {Error} where a kernel failed in a worker, or a worker does not answer.
   */
  run({ module, run, args, units, chunks: wanted, needsThread, here }: SharedCall): void {
    const control = this.#control;
    const chunkUnits = Math.ceil(units / Math.min(wanted, mostChunks));
    const chunks = Math.ceil(units / chunkUnits);
    control[word.module] = module.id;
    control[word.modulePointer] = module.pointer;
    control[word.moduleBytes] = module.bytes;
    control[word.run] = run;
    control[word.units] = units;
    control[word.chunkUnits] = chunkUnits;
    control[word.needsThread] = needsThread ? 1 : 0;
    control[word.argCount] = args.length;
    control.set(args, word.firstArg);
    Atomics.store(control, word.done, 0);
    Atomics.store(control, word.faults, 0);
    this.#publish(chunks);

    let fault: unknown = null;
    for (let left = chunks; left > 0; ) {
      const turn = Atomics.load(control, word.turn);
      left = turn & 0xffff;
      if (left === 0 || Atomics.compareExchange(control, word.turn, turn, turn - 1) !== turn) continue;
      const from = (left - 1) * chunkUnits;
      try {
        here(from, Math.min(units, from + chunkUnits));
      } catch (cause) {
        fault ??= cause;
      }
      Atomics.add(control, word.done, 1);
    }
    this.#wait(chunks);
    if (fault) throw fault;
    if (Atomics.load(control, word.faults) > 0) throw new Error('a kernel failed in a worker thread');
  }

  terminate(): void {
    this.#workers?.splice(0).forEach((worker) => worker.terminate());
  }

  #publish(chunks: number): void {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    Atomics.store(this.#control, word.turn, (this.#sequence << 16) | chunks);
  }

  /** Until others have finished what they took. */
  #wait(chunks: number): void {
    let since = 0;
    let last = -1;
    for (let round = 1; ; round++) {
      const done = Atomics.load(this.#control, word.done);
      if (done === chunks) return;
      if (round % 1_000_000 !== 0) continue;
      const now = performance.now();
      if (done !== last) [since, last] = [now, done];
      else if (now - since > patience) {
        this.terminate();
        this.lost = `a worker thread has not answered for ${patience / 1000} s`;
        throw new Error(this.lost);
      }
    }
  }

  #start(): RunningWorker[] {
    const workers: RunningWorker[] = [];
    for (let thread = 1; thread < this.threads; thread++) {
      try {
        workers.push(startWorker({ memory: this.memory, thread, word, spins, instances }, (reason) => (this.lost ??= `a worker thread is gone: ${reason}`)));
      } catch (cause) {
        this.lost ??= `a worker thread could not be started: ${cause instanceof Error ? cause.message : String(cause)}`;
      }
    }
    return workers;
  }
}
