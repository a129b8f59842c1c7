export interface RunningWorker {
  post(message: unknown, moved: readonly ArrayBuffer[]): void;
  /** Whether the process stays for it. At first it does not. */
  keepAlive(stays: boolean): void;
  terminate(): void;
}

export interface WorkerProgram {
  readonly name: string;
  /** The text of `(start, post) => handler`: what is called with `start` and a function that posts replies, and may return what is called with each message. */
  readonly text: string;
  readonly start: unknown;
  readonly onReply?: (reply: never) => void;
  /** Called where it ends by itself, or never begins. */
  readonly onLost: (reason: string) => void;
}

interface NodeWorker {
  on(event: 'error' | 'exit' | 'message', listener: (value: never) => void): void;
  postMessage(message: unknown, moved: readonly ArrayBuffer[]): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}
interface NodeThreads {
  readonly Worker: new (code: string, options: { eval: true; workerData: unknown; name: string }) => NodeWorker;
}

const builtin = (name: string): unknown => (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process?.getBuiltinModule?.(name);

/** How many threads the machine runs at once. */
export function processors(): number {
  const system = builtin('node:os') as { availableParallelism(): number } | undefined;
  return system?.availableParallelism() ?? (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1;
}

/** Why there can be no worker here; null where there can. */
export const whyNoWorkers = (): string | null => (builtin('node:worker_threads') || typeof Worker === 'function' ? null : 'this runtime has no workers');

/** Why there can be no threads on one memory here; null where there can. */
export function whyNoThreads(): string | null {
  const isIsolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
  if (typeof SharedArrayBuffer === 'undefined' || !isIsolated) return 'this page is not cross-origin isolated, so that threads cannot share memory';
  return whyNoWorkers();
}

/** Whether this thread draws a page, and must not be blocked. */
export const isPage = (): boolean => typeof (globalThis as { document?: unknown }).document === 'object';

/** Starts a worker. */
export function startWorker({ name, text, start, onReply, onLost }: WorkerProgram): RunningWorker {
  const threads = builtin('node:worker_threads') as NodeThreads | undefined;
  const reasonOf = (cause: unknown): string => (cause as { message?: string } | null)?.message || 'it may not start here';
  if (threads) {
    const code = `const { parentPort, workerData } = require('node:worker_threads');
      const handle = (${text})(workerData, (reply, moved) => parentPort.postMessage(reply, moved));
      if (handle) parentPort.on('message', handle);`;
    const worker = new threads.Worker(code, { eval: true, workerData: start, name });
    worker.on('error', (cause) => onLost(reasonOf(cause)));
    worker.on('exit', () => onLost('it ended'));
    if (onReply) worker.on('message', onReply);
    worker.unref();
    return {
      post: (message, moved) => worker.postMessage(message, moved),
      keepAlive: (stays) => (stays ? worker.ref() : worker.unref()),
      terminate: () => void worker.terminate(),
    };
  }
  const code = `onmessage = ({ data }) => {
    const handle = (${text})(data, (reply, moved) => postMessage(reply, moved));
    onmessage = handle && ((event) => handle(event.data));
  };`;
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { name });
  worker.onerror = (cause) => onLost(reasonOf(cause));
  if (onReply) worker.onmessage = ({ data }) => onReply(data as never);
  worker.postMessage(start);
  return { post: (message, moved) => worker.postMessage(message, moved), keepAlive: () => {}, terminate: () => worker.terminate() };
}
