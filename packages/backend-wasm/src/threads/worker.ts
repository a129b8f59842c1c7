import type { word as controlWords } from './control.js';

export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  /** From 1; the thread that opened the backend is 0. */
  readonly thread: number;
  readonly word: typeof controlWords;
  /** Rounds of looking for work before going to sleep. */
  readonly spins: number;
  /** Instances that are kept, the last ones used. */
  readonly instances: number;
}

/**
 * What a worker does all its life: takes chunks of calls, compiling modules from their bytes in the shared memory when it first meets
 * them. It spins for a while where there is nothing to do, then sleeps until it is woken. Its text is the worker's program, so it
 * may use nothing from outside itself, and has no function with a name inside: bundlers that keep names wrap those in a helper of theirs.
 */
export function workerMain({ memory, thread, word, spins, instances }: WorkerStart): never {
  type Run = (...args: number[]) => void;
  const control = new Int32Array(memory.buffer);
  const known = new Map<number, readonly Run[]>();

  for (;;) {
    const turn = Atomics.load(control, word.turn);
    const left = turn & 0xffff;
    if (left === 0) {
      let spin = 0;
      while (spin < spins && Atomics.load(control, word.turn) === turn) spin++;
      if (spin === spins) {
        Atomics.add(control, word.sleepers, 1);
        Atomics.wait(control, word.turn, turn);
        Atomics.sub(control, word.sleepers, 1);
      }
      continue;
    }
    const [id, pointer, bytes] = [control[word.module]!, control[word.modulePointer]!, control[word.moduleBytes]!];
    const [run, units, chunkUnits, needsThread] = [control[word.run]!, control[word.units]!, control[word.chunkUnits]!, control[word.needsThread]!];
    const args = Array.from(control.subarray(word.firstArg, word.firstArg + control[word.argCount]!));
    if (Atomics.compareExchange(control, word.turn, turn, turn - 1) !== turn) continue;
    try {
      const from = (left - 1) * chunkUnits;
      args.push(from, Math.min(units, from + chunkUnits));
      if (needsThread) args.push(thread);
      let functions = known.get(id);
      if (!functions) {
        // A copy: compilers refuse bytes that another thread may change.
        const code = new Uint8Array(memory.buffer, pointer, bytes).slice();
        functions = Object.values(new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } }).exports) as Run[];
        if (known.size >= instances) known.delete(known.keys().next().value!);
        known.set(id, functions);
      }
      functions[run]!(...args);
    } catch {
      Atomics.add(control, word.faults, 1);
    }
    Atomics.add(control, word.done, 1);
  }
}
