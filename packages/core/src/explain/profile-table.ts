import type { Backend, StepTiming } from '../backend/contract.js';
import type { ExplainedStep } from './explanation.js';
import { profileText } from './profile-text.js';
import { traceEvents, type TraceFile } from './trace-events.js';

/** One run of a program. Times in milliseconds, on the clock of `performance.now()`. */
export interface MeasuredRun {
  readonly backend: Backend;
  readonly steps: readonly ExplainedStep[];
  readonly start: number;
  readonly end: number;
  /** Null where the backend does not time steps. */
  readonly timings: readonly StepTiming[] | null;
  readonly how: string | undefined;
}

export interface MeasuredCompilation {
  readonly backend: Backend;
  readonly steps: number;
  readonly start: number;
  readonly end: number;
}

/** One step of a program that ran. */
export interface ProfiledStep {
  /** Which of the programs, and which of its steps. */
  readonly program: number;
  readonly step: number;
  readonly op: string;
  /** The op with its operands and attributes, as in an explanation. */
  readonly call: string;
  readonly kernel: string;
  readonly ranOn: string;
  /** Null where the backend measures programs as a whole. */
  readonly milliseconds: number | null;
  readonly flops: number;
  /** Bytes read and written, each operand once: what has to travel at the least. */
  readonly bytes: number;
  /** 10^9 floating-point operations a second; null where there is no time, or one too short for the clock. */
  readonly gflopsPerSecond: number | null;
  /** Part of the time of all programs together, 0 to 1; null where there is no time. */
  readonly share: number | null;
}

/** One run of a program. */
export interface ProfiledProgram {
  readonly backend: string;
  readonly device: string;
  /** `'steps'`: each step was timed. `'program'`: only the whole. */
  readonly measured: 'steps' | 'program';
  /** What the times are of, in words. */
  readonly how: string;
  /** Milliseconds since the profile began. */
  readonly start: number;
  /** From the call until the results could be read. More than its steps together: between them lies the runtime. */
  readonly milliseconds: number;
  readonly flops: number;
  readonly bytes: number;
  readonly gflopsPerSecond: number | null;
  readonly steps: readonly ProfiledStep[];
}

/** A program that was optimised and compiled meanwhile. */
export interface ProfiledCompilation {
  readonly backend: string;
  readonly steps: number;
  /** Milliseconds since the profile began. */
  readonly start: number;
  readonly milliseconds: number;
}

/** How long everything took: plain data. */
export interface Profile {
  /** The steps of all programs, in the order in which they ran. */
  readonly steps: readonly ProfiledStep[];
  readonly programs: readonly ProfiledProgram[];
  readonly compilations: readonly ProfiledCompilation[];
  /** The whole call, with what is neither compiling nor running. */
  readonly milliseconds: number;
  /** The same as tables for a terminal. */
  readonly text: string;
  /** The same for chrome://tracing and ui.perfetto.dev: write it to a file as JSON. */
  readonly trace: TraceFile;
}

export interface Measurements {
  readonly runs: readonly MeasuredRun[];
  readonly compilations: readonly MeasuredCompilation[];
  readonly start: number;
  readonly end: number;
}

export function makeProfile({ runs, compilations, start, end }: Measurements): Profile {
  const whole = runs.reduce((sum, run) => sum + run.end - run.start, 0);
  const programs = runs.map((run, program) => profiledProgram(run, program, start, whole));
  const data = {
    steps: programs.flatMap(({ steps }) => steps),
    programs,
    compilations: compilations.map((each) => ({ backend: each.backend.name, steps: each.steps, start: each.start - start, milliseconds: each.end - each.start })),
    milliseconds: end - start,
  };
  return { ...data, text: profileText(data), trace: traceEvents(data) };
}

function profiledProgram({ backend, steps, timings, how, ...run }: MeasuredRun, program: number, start: number, whole: number): ProfiledProgram {
  const times = timings && new Array<number>(steps.length).fill(0);
  for (const { step, milliseconds } of timings ?? []) times![step]! += milliseconds;
  const milliseconds = run.end - run.start;
  const rows = steps.map(({ op, call, kernel, flops, bytesRead, bytesWritten }, step): ProfiledStep => {
    const time = times && times[step]!;
    return {
      program,
      step,
      op,
      call,
      kernel: kernel.kernel,
      ranOn: kernel.ranOn,
      milliseconds: time,
      flops,
      bytes: bytesRead + bytesWritten,
      gflopsPerSecond: rate(flops, time),
      share: time === null || whole === 0 ? null : time / whole,
    };
  });
  const flops = rows.reduce((sum, row) => sum + row.flops, 0);
  return {
    backend: backend.name,
    device: backend.device.label,
    measured: times ? 'steps' : 'program',
    how: times ? (how ?? 'each step') : 'the program as a whole, until its smallest result was read: this backend does not time steps',
    start: run.start - start,
    milliseconds,
    flops,
    bytes: rows.reduce((sum, row) => sum + row.bytes, 0),
    gflopsPerSecond: rate(flops, milliseconds),
    steps: rows,
  };
}

const rate = (flops: number, milliseconds: number | null): number | null => (milliseconds ? flops / milliseconds / 1e6 : null);
