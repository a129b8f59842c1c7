import { word } from './control.js';
import { mostPages } from '../memory/heap.js';
import { programWorker, type Question, type Reply, type Request } from './program-worker.js';
import { startWorker, type RunningWorker } from './start-worker.js';
import { patience, runCall, runTasks } from './tasks.js';

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (cause: Error) => void;
}

/** A worker that runs programs, so that this thread goes on meanwhile. It answers in the order in which it was asked. */
export class Remote {
  readonly #worker: RunningWorker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  /** Why it answers no more. */
  lost: string | null = null;

  /** `memory`: the one that it shares; null where it has its own. */
  constructor(memory: WebAssembly.Memory | null) {
    this.#worker = startWorker({
      name: 'unfold wasm programs',
      text: `(start, post) => (${programWorker.toString()})(start, post, ${runTasks.toString()}, ${runCall.toString()})`,
      start: { memory, mostPages, word, patience },
      onReply: (reply: Reply) => this.#settle(reply.id, ({ resolve }) => resolve(reply)),
      onLost: (reason) => this.#end(`the worker that runs programs is gone: ${reason}`),
    });
  }

  /** @throws {Error} where the worker is gone, or goes before it has answered. */
  ask(question: Question, pages = 0, moved: readonly ArrayBuffer[] = []): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.lost) return reject(new Error(this.lost));
      const id = this.#next++;
      if (this.#waiting.size === 0) this.#worker.keepAlive(true);
      this.#waiting.set(id, { resolve, reject });
      const request: Request = { ...question, id, pages };
      this.#worker.post(request, moved);
    });
  }

  terminate(): void {
    this.#end('the backend was disposed of');
    this.#worker.terminate();
  }

  #settle(id: number, act: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.keepAlive(false);
    act(waiting);
  }

  #end(reason: string): void {
    this.lost ??= reason;
    for (const id of [...this.#waiting.keys()]) this.#settle(id, ({ reject }) => reject(new Error(this.lost!)));
  }
}
