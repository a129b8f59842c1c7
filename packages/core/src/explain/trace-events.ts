import type { Profile } from './profile-table.js';

/** One event: something that took a while (`X`), or the name of a row (`M`). Times in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly args: Readonly<Record<string, string | number | null>>;
}

/** The object format of trace files. */
export interface TraceFile {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
}

interface Span {
  readonly start: number;
  readonly milliseconds: number;
}

/**
 * A profile as a trace of Chrome's: a row for what was compiled, and one for programs with their steps beneath them, more where
 * programs overlap. A backend tells how long a step took and not when it began, so steps stand one behind the other from the start of
 * their program; what is left at its end was spent between them.
 *
 * @source https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsNchNAySU (Trace Event Format)
 */
export function traceEvents({ programs, compilations }: Omit<Profile, 'text' | 'trace'>): TraceFile {
  const lanes: { title: string; end: number }[] = [];
  const events: TraceEvent[] = [];
  const laneFor = (title: string, { start, milliseconds }: Span): number => {
    let lane = lanes.findIndex((each) => each.title === title && each.end <= start);
    if (lane < 0) lane = lanes.push({ title, end: 0 }) - 1;
    lanes[lane]!.end = start + milliseconds;
    return lane + 1;
  };
  const add = (name: string, cat: string, tid: number, { start, milliseconds }: Span, args: TraceEvent['args']): void =>
    void events.push({ name, cat, ph: 'X', pid: 1, tid, ts: start * 1000, dur: milliseconds * 1000, args });

  for (const each of compilations) add(`compile for ${each.backend}`, 'compile', laneFor('compile', each), each, { steps: each.steps });
  programs.forEach((program, index) => {
    const tid = laneFor(program.backend, program);
    add(`program ${index}`, 'program', tid, program, { device: program.device, measured: program.how, flops: program.flops, bytes: program.bytes, 'GFLOP/s': program.gflopsPerSecond });
    let start = program.start;
    for (const { op, call, kernel, ranOn, milliseconds, flops, bytes, gflopsPerSecond } of program.steps) {
      if (milliseconds === null) continue;
      add(op, 'step', tid, { start, milliseconds }, { call, kernel, ranOn, flops, bytes, 'GFLOP/s': gflopsPerSecond });
      start += milliseconds;
    }
  });
  const names = lanes.map(({ title }, lane): TraceEvent => ({ name: 'thread_name', ph: 'M', pid: 1, tid: lane + 1, args: { name: title } }));
  return { traceEvents: [{ name: 'process_name', ph: 'M', pid: 1, tid: 0, args: { name: 'unfold' } }, ...names, ...events], displayTimeUnit: 'ms' };
}
