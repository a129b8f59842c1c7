import type { BackendBuffer } from '../backend/contract.js';
import { badArgument } from '../errors/unfold-error.js';
import { planSlots } from '../program/plan-slots.js';
import { evaluate } from '../runtime/evaluate.js';
import { watch, type Compiled, type Watcher } from '../runtime/watch.js';
import { describe } from '../tensor/nested.js';
import { Tensor } from '../tensor/tensor.js';
import { mapTree } from '../tensor/tree.js';
import { bytesOf } from '../types/tensor-type.js';
import { explainSteps } from './explanation.js';
import { makeProfile, type MeasuredCompilation, type MeasuredRun, type Profile } from './profile-table.js';

/** What was seen so far; times as `performance.now()` tells. */
interface Recording {
  readonly runs: MeasuredRun[];
  readonly compilations: MeasuredCompilation[];
}

const recordings = new Set<Recording>();

/**
 * Calls a function and tells how long each step took of each program that ran meanwhile: what the function evaluates itself, compiled
 * functions that it calls, and last the tensors that it returns. The times are those that the backend measures, step by step; one that
 * cannot tell steps apart gives the time of the program as a whole, and the table says so. Steps that are timed do not overlap, so that a
 * profiled run may take longer than a usual one.
 *
 * The first run of a program is slower than the rest (kernels are built, caches are cold): call the function once before. Whatever else
 * runs in the meantime is profiled as well.
 *
 * @param fn - the function, async or not; what it returns may hold tensors, which are evaluated.
 * @param args - what it is called with.
 * @throws {UnfoldError} INVALID_ARGUMENT where `fn` is not a function; and whatever it throws itself, or `evaluate`.
 * @example
 * import { compile, matmul, relu, setBackend, tensor, type Tensor } from '@unfoldjs/core';
 * import { profile } from '@unfoldjs/core/explain';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const layer = compile((x: Tensor) => relu(matmul(x, [[1, 0], [2, 1]])));
 * const { steps, text, trace } = await profile(layer, tensor([[1, 2]]));
 * steps.map(({ op, ranOn, flops }) => [op, ranOn, flops]); // => [['matmulEpilogue', 'cpu', 10]]
 * console.log(text); // a table
 * JSON.stringify(trace); // for chrome://tracing or ui.perfetto.dev
 */
export async function profile<Arguments extends readonly unknown[]>(fn: (...args: Arguments) => unknown, ...args: Arguments): Promise<Profile> {
  if (typeof fn !== 'function') throw badArgument('profile', 'fn', `${describe(fn)} is not a function.`, 'pass a function that evaluates or returns tensors: `profile(() => model(x))`.');
  const recording: Recording = { runs: [], compilations: [] };
  recordings.add(recording);
  // Profiles that overlap see the same runs through one watcher: a run can be timed once only.
  stop ??= watch(profiler);
  const start = performance.now();
  try {
    const returned = await fn(...args);
    const tensors: Tensor[] = [];
    mapTree(returned, 'profile', (leaf) => {
      if (leaf instanceof Tensor) tensors.push(leaf);
    });
    await evaluate(tensors);
  } finally {
    recordings.delete(recording);
    if (recordings.size === 0) {
      stop?.();
      stop = null;
    }
  }
  return makeProfile({ ...recording, start, end: performance.now() });
}

let stop: (() => void) | null = null;

const profiler: Watcher = {
  compiled({ backend, program }, start) {
    const compilation = { backend, steps: program.steps.length, start, end: performance.now() };
    for (const { compilations } of recordings) compilations.push(compilation);
  },
  async run(compiled, inputs, usual) {
    const start = performance.now();
    const { executable } = compiled;
    const { outputs, timings, how } = executable!.profile ? await executable!.profile(inputs) : { outputs: await runToTheEnd(compiled, usual), timings: null, how: undefined };
    const end = performance.now();
    const run: MeasuredRun = { backend: compiled.backend, steps: explainSteps(compiled.program, planSlots(compiled.program), executable!.describe()), start, end, timings, how };
    for (const { runs } of recordings) runs.push(run);
    return outputs;
  },
};

/** A device may answer before it is done. What can be read is done, so the smallest result is. */
async function runToTheEnd({ backend }: Compiled, usual: () => Promise<BackendBuffer[]>): Promise<BackendBuffer[]> {
  const outputs = await usual();
  const [smallest] = [...outputs].sort((a, b) => bytesOf(a.type) - bytesOf(b.type));
  try {
    if (smallest) await backend.read(smallest);
  } catch (fault) {
    outputs.forEach((buffer) => backend.free(buffer));
    throw fault;
  }
  return outputs;
}
