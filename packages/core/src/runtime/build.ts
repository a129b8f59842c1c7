import type { Backend, Executable } from '../backend/contract.js';
import { capturesSourceLines } from '../expr/source-lines.js';
import type { Lowered } from '../graph/lower.js';
import { optimize } from '../optimizer/optimize.js';
import type { Level } from '../optimizer/passes/index.js';
import { emit, type ResultSource } from '../program/emit.js';
import { schedule } from '../program/schedule.js';
import { knownBackends } from './backends.js';
import { guard } from './guard.js';
import { bytesOf } from '../types/tensor-type.js';

/** A program that is ready to run, and where each result asked for comes from. */
export interface Built {
  readonly executable: Executable | null;
  readonly results: readonly ResultSource[];
  /** Bytes that one run returns. */
  readonly outputBytes: number;
}

/** Optimises, schedules and compiles. `executable` is null where nothing needs to run: every result is an input or a constant. */
export async function build({ graph, pool }: Lowered, backend: Backend, options: { readonly level?: Level } = {}): Promise<Built> {
  const optimized = optimize(graph, { ...options, pool, target: backend, alternatives: knownBackends(), checked: capturesSourceLines() });
  const { program, results } = emit(optimized, schedule(optimized), pool);
  const executable = program.steps.length > 0 ? await guard(backend, 'compile', () => backend.compile(program)) : null;
  return { executable, results, outputBytes: program.outputs.reduce((sum, value) => sum + bytesOf(program.values[value]!), 0) };
}
