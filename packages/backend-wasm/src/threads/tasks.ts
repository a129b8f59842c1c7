import type { word as controlWords } from './control.js';

/** How long a worker may be without a word before it is taken for dead, in ms. No chunk takes a tenth of that. */
export const patience = 5000;

/** A call of a module's function, for all its units. */
export interface PreparedCall {
  readonly module: number;
  readonly run: number;
  /** Pointers; then room for `from`, `to` and, where the function needs it, the number of the thread. */
  readonly args: number[];
  readonly units: number;
  /** Into how many parts threads divide the units. 1: not at all. */
  readonly chunks: number;
  /** Into how many calls they are divided where no thread helps. */
  readonly parts: number;
  readonly needsThread: boolean;
}

/** Calls one after the other. Where checks leave anything but zeros, `otherwise` runs in place of `calls`. */
export interface Task {
  /** Its number among the tasks of its program. */
  readonly index: number;
  readonly checks: readonly PreparedCall[];
  /** The checks' answers: four floats for each, 64 bytes apart. */
  answers: number;
  readonly calls: readonly PreparedCall[];
  /** Null: somebody else has to do this task. */
  readonly otherwise: readonly PreparedCall[] | null;
}

type Run = (...args: number[]) => void;

/** A compiled module, and where its bytes are in a shared memory, for threads that have to compile it themselves. */
export interface LoadedModule {
  readonly functions: readonly Run[];
  readonly pointer: number;
  readonly bytes: number;
}

/** What tasks are run with. */
export interface Surroundings {
  readonly memory: WebAssembly.Memory;
  readonly modules: Map<number, LoadedModule>;
  readonly word: typeof controlWords;
  /** In ms. */
  readonly patience: number;
  /** Whether workers help. */
  isShared: boolean;
  /** Why they no longer do; null where nothing happened. */
  lost: string | null;
  /** The task that is being run. */
  at: number;
}

// The text of these two functions is part of a worker's program: they may use nothing from outside themselves, and have no function with a
// name inside, for bundlers that keep names wrap those in a helper of theirs.

/**
 * Runs a call, here and in the workers that help: chunks that none of them has begun are done here.
 *
 * @throws {Error} where a kernel failed, here or in a worker, or a worker does not answer.
 */
export function runCall({ module: id, run: index, args, units, chunks: wanted, parts, needsThread }: PreparedCall, surroundings: Surroundings): void {
  const { modules, word, patience, isShared, memory } = surroundings;
  const module = modules.get(id)!;
  const run = module.functions[index]!;
  const last = args.length - (needsThread ? 3 : 2);
  if (needsThread) args[last + 2] = 0;
  if (!isShared || wanted === 1) {
    const partUnits = Math.ceil(units / parts);
    for (let from = 0; from < units; from += partUnits) {
      args[last] = from;
      args[last + 1] = Math.min(units, from + partUnits);
      run(...args);
    }
    return;
  }
  const control = new Int32Array(memory.buffer, 0, word.words);
  const chunkUnits = Math.ceil(units / wanted);
  const chunks = Math.ceil(units / chunkUnits);
  control[word.module] = id;
  control[word.modulePointer] = module.pointer;
  control[word.moduleBytes] = module.bytes;
  control[word.run] = index;
  control[word.units] = units;
  control[word.chunkUnits] = chunkUnits;
  control[word.needsThread] = needsThread ? 1 : 0;
  control[word.argCount] = last;
  control.set(args.slice(0, last), word.firstArg);
  Atomics.store(control, word.done, 0);
  Atomics.store(control, word.faults, 0);
  Atomics.store(control, word.turn, (((Atomics.load(control, word.turn) >>> 16) + 1) << 16) | chunks);

  let fault: unknown = null;
  for (let left = chunks; left > 0; ) {
    const turn = Atomics.load(control, word.turn);
    left = turn & 0xffff;
    if (left === 0 || Atomics.compareExchange(control, word.turn, turn, turn - 1) !== turn) continue;
    args[last] = (left - 1) * chunkUnits;
    args[last + 1] = Math.min(units, left * chunkUnits);
    try {
      run(...args);
    } catch (cause) {
      fault ??= cause;
    }
    Atomics.add(control, word.done, 1);
  }
  // Until others have finished what they took.
  let since = 0;
  let seen = -1;
  for (let round = 1; Atomics.load(control, word.done) !== chunks; round++) {
    if (round % 1_000_000 !== 0) continue;
    const done = Atomics.load(control, word.done);
    const now = performance.now();
    if (done !== seen) [since, seen] = [now, done];
    else if (now - since > patience) {
      surroundings.lost = `a worker thread has not answered for ${patience / 1000} s`;
      surroundings.isShared = false;
      throw new Error(surroundings.lost);
    }
  }
  if (fault) throw fault;
  if (Atomics.load(control, word.faults) > 0) throw new Error('a kernel failed in a worker thread');
}

/**
 * Runs tasks in their order. The index of the first that has to be done by somebody else; their number where there is none.
 *
 * @throws {Error} as `call`; `surroundings.at` says in which task.
 */
export function runTasks(tasks: readonly Task[], surroundings: Surroundings, call: typeof runCall): number {
  for (let at = 0; at < tasks.length; at++) {
    surroundings.at = at;
    const { checks, answers, calls, otherwise } = tasks[at]!;
    let isUsual = true;
    for (let i = 0; i < checks.length; i++) {
      call(checks[i]!, surroundings);
      const answer = new Float32Array(surroundings.memory.buffer, answers + 64 * i, 4);
      isUsual &&= answer[0] === 0 && answer[1] === 0 && answer[2] === 0 && answer[3] === 0;
    }
    const chosen = isUsual ? calls : otherwise;
    if (!chosen) return at;
    for (let i = 0; i < chosen.length; i++) call(chosen[i]!, surroundings);
  }
  return tasks.length;
}
