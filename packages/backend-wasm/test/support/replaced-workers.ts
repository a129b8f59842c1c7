import type { WorkerOptions } from 'node:worker_threads';

const original = process.getBuiltinModule;

/** Lets the backend start workers with other programs: `rewrite` makes one of the text and the name of what it would start. */
export function replaceWorkers(rewrite: (code: string, name: string | undefined) => string): void {
  const threads = original('node:worker_threads');
  class Replaced extends threads.Worker {
    constructor(code: string, options: WorkerOptions) {
      super(rewrite(code, options.name), options);
    }
  }
  process.getBuiltinModule = ((name: string) => (name === 'node:worker_threads' ? { ...threads, Worker: Replaced } : original(name))) as typeof original;
}

export function restoreWorkers(): void {
  process.getBuiltinModule = original;
}
