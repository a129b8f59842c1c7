import { workerMain, type WorkerStart } from './worker.js';

export interface RunningWorker {
  terminate(): void;
}

interface NodeThreads {
  readonly Worker: new (code: string, options: { eval: true; workerData: WorkerStart; name: string }) => {
    on(event: 'error' | 'exit', listener: (cause: unknown) => void): void;
    unref(): void;
    terminate(): Promise<number>;
  };
}

const program = (): string => `const start = ${workerMain.toString()};`;

const builtin = (name: string): unknown => (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process?.getBuiltinModule?.(name);

/** How many threads the machine runs at once. */
export function processors(): number {
  const system = builtin('node:os') as { availableParallelism(): number } | undefined;
  return system?.availableParallelism() ?? (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1;
}

/** Why there can be no threads here; null where there can. */
export function whyNoThreads(): string | null {
  if (typeof SharedArrayBuffer === 'undefined') return 'this page is not cross-origin isolated, so that threads cannot share memory';
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false) return 'this page is not cross-origin isolated, so that threads cannot share memory';
  if (builtin('node:worker_threads') || typeof Worker === 'function') return null;
  return 'this runtime has no workers';
}

/** Starts a worker that keeps no process alive. `lost` is called where it ends by itself, or never begins. */
export function startWorker(start: WorkerStart, lost: (reason: string) => void): RunningWorker {
  const threads = builtin('node:worker_threads') as NodeThreads | undefined;
  const reasonOf = (cause: unknown): string => (cause as { message?: string } | null)?.message ?? String(cause);
  if (threads) {
    const worker = new threads.Worker(`${program()} start(require('node:worker_threads').workerData);`, { eval: true, workerData: start, name: `unfold wasm ${start.thread}` });
    worker.on('error', (cause) => lost(reasonOf(cause)));
    worker.on('exit', () => lost('it ended'));
    worker.unref();
    return { terminate: () => void worker.terminate() };
  }
  const url = URL.createObjectURL(new Blob([`${program()} onmessage = ({ data }) => start(data);`], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onerror = (cause) => lost(reasonOf(cause));
  worker.postMessage(start);
  return { terminate: () => worker.terminate() };
}
