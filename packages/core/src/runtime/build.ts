import type { Backend, Executable } from '../backend/contract.js';
import { capturesSourceLines } from '../expr/source-lines.js';
import type { Lowered } from '../graph/lower.js';
import { optimize, type OptimizeOptions } from '../optimizer/optimize.js';
import type { Target } from '../optimizer/target.js';
import { emit, type Emitted, type ResultSource } from '../program/emit.js';
import type { Program } from '../program/program.js';
import { schedule } from '../program/schedule.js';
import { knownBackends } from './backends.js';
import { guard, typedFault } from './guard.js';
import { lossOf } from './lost.js';
import { heedDebugLevel, watchers } from './watch.js';
import { bytesOf, sameType } from '../types/tensor-type.js';

/** A program that is ready to run, and where each result asked for comes from. */
export interface Built {
  readonly program: Program;
  readonly executable: Executable | null;
  readonly results: readonly ResultSource[];
  /** Inputs whose memory the program has a use for; whether a run may take it is known only then. */
  readonly donated: readonly number[];
  /** Bytes that one run returns. */
  readonly outputBytes: number;
}

export interface BuildOptions extends Pick<OptimizeOptions, 'level' | 'rules' | 'passes'> {
  /** Inputs whose memory an output may take over. */
  readonly donated?: readonly number[];
}

/**
 * Each donated input gives its memory to the first output of its type that has none yet; one that is a result itself, unchanged, keeps
 * it.
 */
function withDonations({ program, results }: Emitted, donated: readonly number[]): Program {
  const isResult = new Set(results.map((result) => (result.kind === 'input' ? result.index : -1)));
  const free = program.outputs.map((_, output) => output);
  const inputs = program.inputs.map((input, i) => {
    if (!donated.includes(i) || isResult.has(i)) return input;
    const at = free.findIndex((output) => sameType(program.values[program.outputs[output]!]!, program.values[input.value]!));
    return at < 0 ? input : { ...input, donatedTo: free.splice(at, 1)[0]! };
  });
  return { ...program, inputs };
}

/** What the optimizer asks of a backend, its faults typed. */
const guarded = (backend: Backend): Target => ({
  name: backend.name,
  supports(call) {
    try {
      return backend.supports(call);
    } catch (fault) {
      throw typedFault(backend, 'supports', fault);
    }
  },
});

/** The other backends that are there, to name those that could run what this one refuses: a fault of theirs is none of this program's. */
const alternativesTo = (backend: Backend): readonly Target[] =>
  knownBackends()
    .filter((other) => other !== backend && lossOf(other) === null)
    .map((other) => ({
      name: other.name,
      supports(call) {
        try {
          return other.supports(call);
        } catch {
          return 'it failed';
        }
      },
    }));

/** Optimises, schedules and compiles. `executable` is null where nothing needs to run: every result is an input or a constant. */
export async function build({ graph, pool }: Lowered, backend: Backend, options: BuildOptions = {}): Promise<Built> {
  const { donated = [], ...passes } = options;
  await heedDebugLevel();
  const start = performance.now();
  const optimized = optimize(graph, { ...passes, pool, target: guarded(backend), alternatives: alternativesTo(backend), checked: capturesSourceLines() }, watchers.find(({ reader }) => reader)?.reader);
  const emitted = emit(optimized, schedule(optimized), pool);
  const program = donated.length > 0 ? withDonations(emitted, donated) : emitted.program;
  const executable = program.steps.length > 0 ? await guard(backend, 'compile', () => backend.compile(program), (late) => late.dispose()) : null;
  for (const watcher of watchers) watcher.compiled?.({ backend, program, executable }, start);
  const taken = program.inputs.flatMap(({ donatedTo }, i) => (donatedTo === undefined ? [] : [i]));
  return { program, executable, results: emitted.results, donated: taken, outputBytes: program.outputs.reduce((sum, value) => sum + bytesOf(program.values[value]!), 0) };
}
