import type { WorkerInfo } from '../engine/job-engine.js';
import type { Json } from '../engine/json.js';
import type { Envelope } from '../jobs/envelope.js';
import { stopped } from '../jobs/errors.js';
import type { ProcessSetup } from './serve.js';
import { startProcess, type Try, type WorkerProcess } from './worker-process.js';

/** The answer of a process that lived to give it. */
export type PoolTry = Try & { readonly worker: string };

/** How often in a row a job may be given to a process that was gone already, without that being counted as a try. */
const mostGone = 10;

/** A number of processes, each of which runs one job at a time. One that is lost is started again. */
export class ProcessPool {
  readonly #free: Promise<WorkerProcess>[];
  readonly #alive = new Set<WorkerProcess>();
  readonly #waiting: { readonly give: (process: Promise<WorkerProcess>) => void; readonly refuse: (error: unknown) => void }[] = [];
  #running = 0;
  #whenIdle: (() => void) | null = null;
  #isClosed = false;

  private constructor(
    readonly setup: ProcessSetup,
    readonly size: number,
    readonly op: string,
  ) {
    this.#free = Array.from({ length: size }, () => this.#start());
    for (const starting of this.#free) starting.catch(() => undefined);
  }

  /** @throws {UnfoldError} INVALID_ARGUMENT where the module is none of tasks. */
  static async open(setup: ProcessSetup, size: number, op: string): Promise<ProcessPool> {
    const pool = new ProcessPool(setup, size, op);
    try {
      await Promise.all(pool.#free);
      return pool;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /** Those that are alive now. */
  get workers(): readonly WorkerInfo[] {
    return [...this.#alive].filter((each) => each.isAlive()).map(({ info }) => info);
  }

  /** Runs a job once, when a process is free. @throws {UnfoldError} ABORTED where the pool is closed before. */
  async run(envelope: Envelope, report: (progress: Json) => void): Promise<PoolTry> {
    for (let gone = 0; ; gone++) {
      const process = await this.#take();
      this.#running++;
      const answer = await process.run(envelope, report);
      this.#running--;
      if (answer.status === 'lost' && !process.isAlive()) {
        this.#alive.delete(process);
        this.#give(this.#start());
      } else this.#give(Promise.resolve(process));
      if (this.#running === 0) this.#whenIdle?.();
      if (answer.status !== 'lost' || answer.counts || gone >= mostGone) return { ...answer, worker: process.info.id };
    }
  }

  /** Takes no more jobs; waits for those that run, if asked to; ends the processes. */
  async close({ drain = false } = {}): Promise<void> {
    this.#isClosed = true;
    for (const { refuse } of this.#waiting.splice(0)) refuse(this.#closed());
    if (drain && this.#running > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    await Promise.allSettled(this.#free);
    for (const process of this.#alive) process.kill();
    this.#alive.clear();
  }

  #closed = (): Error => stopped(this.op, 'the engine was closed before the job ran.');

  async #start(): Promise<WorkerProcess> {
    if (this.#isClosed) throw this.#closed();
    const process = await startProcess(this.setup, this.op);
    if (this.#isClosed) {
      process.kill();
      throw this.#closed();
    }
    this.#alive.add(process);
    return process;
  }

  /** @throws {UnfoldError} ABORTED; INVALID_ARGUMENT where none could be started in place of one that was lost. The next that is asked for is tried anew. */
  async #take(): Promise<WorkerProcess> {
    if (this.#isClosed) throw this.#closed();
    const taken = this.#free.shift() ?? new Promise<WorkerProcess>((resolve, refuse) => this.#waiting.push({ give: resolve, refuse }));
    try {
      return await taken;
    } catch (error) {
      if (!this.#isClosed) this.#give(this.#start());
      throw error;
    }
  }

  #give(process: Promise<WorkerProcess>): void {
    // Whoever takes it sees that it did not start.
    process.catch(() => undefined);
    const next = this.#waiting.shift();
    if (next) next.give(process);
    else this.#free.push(process);
  }
}
