import type { word as controlWords } from './control.js';
import type { LoadedModule, Surroundings, Task, runCall, runTasks } from './tasks.js';

export interface ProgramWorkerStart {
  /** Null: the worker makes one, which nobody else sees. */
  readonly memory: WebAssembly.Memory | null;
  readonly mostPages: number;
  readonly word: typeof controlWords;
  readonly patience: number;
}

/** What a worker that runs programs is asked. */
export type Question =
  | { readonly act: 'write'; readonly at: number; readonly data: Uint8Array }
  | { readonly act: 'read'; readonly at: number; readonly bytes: number }
  | { readonly act: 'load'; readonly module: number; readonly code: Uint8Array; readonly pointer: number }
  /** The tasks of the program whose module that is. */
  | { readonly act: 'prepare'; readonly module: number; readonly tasks: readonly Task[] }
  | { readonly act: 'unload'; readonly module: number }
  /** Some of these tasks, in this order; `numbers` holds what differs from run to run, as `numbersOf` puts it. */
  | { readonly act: 'run'; readonly module: number; readonly tasks: readonly number[]; readonly numbers: Uint32Array<ArrayBuffer>; readonly isShared: boolean };

/** The addresses of tasks, one after the other: those of checks, calls and other calls, then where the answers are. */
export function numbersOf(tasks: readonly Task[]): Uint32Array<ArrayBuffer> {
  const numbers: number[] = [];
  for (const { checks, calls, otherwise, answers } of tasks) {
    for (const { args, needsThread } of [...checks, ...calls, ...(otherwise ?? [])]) for (let i = 0; i < args.length - (needsThread ? 3 : 2); i++) numbers.push(args[i]!);
    numbers.push(answers);
  }
  return Uint32Array.from(numbers);
}

/** `pages`: how many its memory must have for it, where that is its own. */
export type Request = Question & { readonly id: number; readonly pages: number };

export interface Reply {
  readonly id: number;
  /** What `runTasks` returned. */
  readonly done?: number;
  /** What was read. */
  readonly data?: Uint8Array<ArrayBuffer>;
  /** What went wrong, in task `at`. */
  readonly fault?: string;
  readonly at?: number;
  /** Why no more threads help. */
  readonly lost?: string | null;
  /** The memory could not grow; it has this many. */
  readonly pages?: number;
}

/** The program of such a worker: what it does with each request. As text; see `runCall`. */
export function programWorker(start: ProgramWorkerStart, post: (reply: Reply, moved?: ArrayBuffer[]) => void, run: typeof runTasks, call: typeof runCall): (request: Request) => void {
  const memory = start.memory ?? new WebAssembly.Memory({ initial: 1, maximum: start.mostPages });
  const modules = new Map<number, LoadedModule>();
  const programs = new Map<number, readonly Task[]>();
  const surroundings: Surroundings = { memory, modules, word: start.word, patience: start.patience, isShared: false, lost: null, at: 0 };
  return (request) => {
    const { id } = request;
    const pages = memory.buffer.byteLength / 65_536;
    try {
      if (request.pages > pages) memory.grow(request.pages - pages);
    } catch {
      post({ id, pages });
      return;
    }
    try {
      switch (request.act) {
        case 'write':
          new Uint8Array(memory.buffer).set(request.data, request.at);
          return post({ id });
        case 'read': {
          const data = new Uint8Array(memory.buffer, request.at, request.bytes).slice();
          return post({ id, data }, [data.buffer]);
        }
        case 'load': {
          const { exports } = new WebAssembly.Instance(new WebAssembly.Module(request.code), { env: { memory } });
          modules.set(request.module, { functions: Object.values(exports) as LoadedModule['functions'], pointer: request.pointer, bytes: request.code.length });
          return post({ id });
        }
        case 'prepare':
          programs.set(request.module, request.tasks);
          return post({ id });
        case 'unload':
          modules.delete(request.module);
          programs.delete(request.module);
          return post({ id });
        case 'run': {
          const program = programs.get(request.module)!;
          const tasks: Task[] = [];
          let next = 0;
          for (const index of request.tasks) {
            const task = program[index]!;
            for (const calls of [task.checks, task.calls, task.otherwise ?? []]) {
              for (const { args, needsThread } of calls) for (let i = 0; i < args.length - (needsThread ? 3 : 2); i++) args[i] = request.numbers[next++]!;
            }
            task.answers = request.numbers[next++]!;
            tasks.push(task);
          }
          surroundings.isShared = request.isShared;
          return post({ id, done: run(tasks, surroundings, call) });
        }
      }
    } catch (cause) {
      post({ id, fault: cause instanceof Error ? cause.message : String(cause), at: surroundings.at, lost: surroundings.lost });
    }
  };
}
