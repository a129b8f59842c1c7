import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TestRedis } from '@unfoldjs/test-support/redis';
import type { Fault } from './faults.js';

const program = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** Milliseconds after which a run whose last fault is over counts as stuck. */
const patienceMs = 60_000;

/** A disk of 1 MB, which only the superuser may have. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  static mount(): SmallDisk | null {
    const folder = mkdtempSync(join(tmpdir(), 'unfold-disk-'));
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0) return new SmallDisk(folder);
    rmSync(folder, { recursive: true });
    return null;
  }

  #filler = (): string => join(this.folder, 'filler');

  fill(): void {
    for (let size = 2 ** 19; size >= 1; size /= 2) {
      try {
        writeFileSync(this.#filler(), Buffer.alloc(size), { flag: 'a' });
      } catch {
        // There is no more room for so much.
      }
    }
  }

  get isFull(): boolean {
    return existsSync(this.#filler());
  }

  empty(): void {
    rmSync(this.#filler(), { force: true });
  }

  unmount(): void {
    spawnSync('umount', [this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Redis, two workers of two processes each and a coordinator, all of them processes, while things go wrong. */
export class Soak {
  readonly #folder = mkdtempSync(join(tmpdir(), 'unfold-soak-'));
  readonly #result = join(this.#folder, 'result.json');
  readonly #workers: ChildProcess[] = [];
  #coordinator!: ChildProcess;
  /** Processes that stand still: they do not end with their worker. */
  readonly #hanging: number[] = [];
  #killed = false;
  #code: string | null = null;
  /** What happened, for who reads a failure. */
  readonly #log: string[] = [];
  readonly #start = performance.now();

  private constructor(
    readonly redis: TestRedis,
    readonly disk: SmallDisk | null,
    readonly localSteps: number,
  ) {}

  /** Runs a training to its end while faults come. Gives the bits that it made. @throws where it is stuck, or fails for another reason than a full disk. */
  static async run(faults: readonly Fault[], localSteps: number, disk: SmallDisk | null): Promise<unknown> {
    // What a crash must not lose is on the disk before it is answered.
    const soak = new Soak(await TestRedis.start(['--appendfsync', 'always']), disk, localSteps);
    try {
      return await soak.#run(faults);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${soak.#log.join('\n')}`, { cause: error });
    } finally {
      await soak.#end();
    }
  }

  #note(text: string): void {
    this.#log.push(`${Math.round(performance.now() - this.#start)} ms: ${text}`);
    if (process.env['UNFOLD_SOAK_LOG']) console.log(this.#log.at(-1));
  }

  async #run(faults: readonly Fault[]): Promise<unknown> {
    await Promise.all([this.#startWorker(0), this.#startWorker(1)]);
    this.#startCoordinator();
    let isOver = false;
    const breaking = (async () => {
      for (const fault of faults) {
        await sleep(fault.after);
        if (isOver) return;
        this.#note(`${fault.kind} ${fault.which}, away for ${fault.away} ms`);
        await this.#break(fault);
      }
    })();
    const ended = this.#untilDone();
    const stuck = breaking.then(async () => {
      await sleep(patienceMs, undefined, { ref: false });
      if (!isOver) throw new Error(`stuck for ${patienceMs} ms after the last fault`);
    });
    await Promise.race([ended, stuck.then(() => ended)]);
    isOver = true;
    await breaking;
    return JSON.parse(readFileSync(this.#result, 'utf8'));
  }

  /** Starts the coordinator again whenever it was killed, or failed for a disk that was full. */
  async #untilDone(): Promise<void> {
    for (;;) {
      const coordinator = this.#coordinator;
      const [status] = (coordinator.exitCode === null && coordinator.signalCode === null ? await once(coordinator, 'exit') : [coordinator.exitCode]) as [number | null];
      if (status === 0) return;
      const isFull = this.#code === 'INVALID_FILE' && this.disk?.isFull;
      if (isFull) this.disk!.empty();
      else if (!this.#killed) throw new Error(`the coordinator ended with status ${status}, ${this.#code ?? 'no code'}`);
      this.#note(isFull ? 'the coordinator said that the disk is full' : 'the coordinator is started again');
      this.#startCoordinator();
    }
  }

  async #break({ kind, which, away }: Fault): Promise<void> {
    switch (kind) {
      case 'process':
      case 'hang': {
        const pids = await this.#processesOf(this.#workers[which % this.#workers.length]!);
        const pid = pids[which % pids.length];
        if (pid === undefined) return;
        if (kind === 'hang') this.#hanging.push(pid);
        process.kill(pid, kind === 'hang' ? 'SIGSTOP' : 'SIGKILL');
        return;
      }
      case 'worker': {
        const at = which % this.#workers.length;
        const worker = this.#workers[at]!;
        worker.kill('SIGKILL');
        await sleep(away);
        return this.#startWorker(at);
      }
      case 'redis':
        await this.redis.kill();
        await sleep(away);
        return this.redis.run();
      case 'coordinator':
        this.#killed = true;
        this.#coordinator.kill('SIGKILL');
        return;
      case 'disk':
        this.disk?.fill();
    }
  }

  async #startWorker(at: number): Promise<void> {
    const worker = fork(program('run-worker'), [this.redis.url], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#workers[at] = worker;
    await Promise.race([once(worker, 'message'), once(worker, 'exit')]);
  }

  #startCoordinator(): void {
    this.#killed = false;
    this.#code = null;
    const folder = this.disk?.folder ?? join(this.#folder, 'checkpoints');
    mkdirSync(folder, { recursive: true });
    const coordinator = fork(program('run-coordinator'), [this.redis.url, folder, String(this.localSteps), this.#result], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    coordinator.stderr!.on('data', (text: Buffer) => this.#note(text.toString().trimEnd()));
    coordinator.on('message', (code) => (this.#code = code as string));
    this.#coordinator = coordinator;
  }

  /** The processes that a worker has now; their ids end with the number of the process and a random word. */
  async #processesOf(worker: ChildProcess): Promise<number[]> {
    if (!worker.connected) return [];
    worker.send('processes');
    const answer = (await Promise.race([once(worker, 'message'), once(worker, 'exit').then(() => [[]])])) as [readonly string[]];
    return answer[0].map((id) => Number(/-(\d+)-[0-9a-f]+$/.exec(id)![1]));
  }

  async #end(): Promise<void> {
    this.#coordinator?.kill('SIGKILL');
    for (const worker of this.#workers) worker.kill('SIGKILL');
    for (const pid of this.#hanging) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Its worker noticed, and killed it.
      }
    }
    await this.redis.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
