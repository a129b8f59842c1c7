import { formatType, type Backend, type BackendBuffer } from '@unfoldjs/core';
import { argumentsOf, opCallOf, outputOf, programOfCall, type Call } from '../support/call.js';
import { typicalCalls } from './typical-calls.js';

export interface TimingOptions {
  /** How often each call is measured. Default: 15. */
  readonly samples?: number | undefined;
  /** The least that one measurement takes: a call that is quicker is repeated in it. Default: 2. */
  readonly milliseconds?: number | undefined;
  /** Only calls of these ops. Default: all. */
  readonly ops?: readonly string[] | undefined;
}

/** How long one call takes on a backend, in milliseconds; or why it was not measured. */
export interface Timing {
  readonly op: string;
  /** The types of its operands. */
  readonly operands: string;
  /** Null where the backend denies the call. */
  readonly time: { readonly median: number; /** A quarter of the samples are below, a quarter above. */ readonly quartiles: readonly [number, number]; readonly gflops: number } | null;
  readonly denied: string | null;
}

const warmUps = 3;
const mostRepeats = 256;

/**
 * Times calls of the sizes of small convolutional networks, one program each, with operands and results on the device. A sample is a
 * number of runs in a row that ends when the last result has been read, divided by their number.
 *
 * @example
 * import { timingsOf } from '@unfoldjs/backend-testkit';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * const [timing] = await timingsOf(await cpu().open(), { samples: 3, milliseconds: 0, ops: ['exp'] });
 * timing?.operands; // float32[8, 28, 28, 16]
 */
export async function timingsOf(backend: Backend, options: TimingOptions = {}): Promise<Timing[]> {
  const timings: Timing[] = [];
  for (const call of typicalCalls()) if (options.ops?.includes(call.op.name) ?? true) timings.push(await timingOf(backend, call, options));
  return timings;
}

/** One call, as {@link timingsOf} takes it. */
export async function timingOf(backend: Backend, call: Call, { samples = 15, milliseconds = 2 }: TimingOptions = {}): Promise<Timing> {
  const { inputs, op, attrs } = call;
  const facts = { op: op.name, operands: inputs.map(formatType).join(', ') };
  const supported = backend.supports(opCallOf(call));
  if (supported !== true) return { ...facts, time: null, denied: supported };
  const sorted = await measure(backend, call, samples, milliseconds);
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))]!;
  const median = at(0.5);
  return { ...facts, time: { median, quartiles: [at(0.25), at(0.75)], gflops: op.flops(inputs, attrs, outputOf(call)) / median / 1e6 }, denied: null };
}

/** Samples in ascending order. */
async function measure(backend: Backend, call: Call, samples: number, milliseconds: number): Promise<number[]> {
  const program = programOfCall(call);
  const executable = await backend.compile(program);
  const inputs: BackendBuffer[] = [];
  for (const [i, data] of argumentsOf(call).entries()) inputs.push(await backend.upload(data, call.inputs[i]!));
  /** Milliseconds of so many runs, the last of which is read. */
  const timeOf = async (repeats: number): Promise<number> => {
    const start = performance.now();
    for (let left = repeats; left > 0; left--) {
      const [output] = await executable.run(inputs);
      if (left === 1) await backend.read(output!);
      backend.free(output!);
    }
    return performance.now() - start;
  };
  try {
    for (let i = 0; i < warmUps; i++) await timeOf(1);
    let repeats = 1;
    while (repeats < mostRepeats && (await timeOf(repeats)) < milliseconds) repeats *= 2;
    const times: number[] = [];
    for (let i = 0; i < samples; i++) times.push((await timeOf(repeats)) / repeats);
    return times.sort((a, b) => a - b);
  } finally {
    inputs.forEach((buffer) => backend.free(buffer));
    executable.dispose();
  }
}

/** A Markdown table of calls x backends: the median in milliseconds, and in brackets the middle half of the samples. */
export function timingTable(columns: Readonly<Record<string, readonly Timing[]>>): string {
  const names = Object.keys(columns);
  const keyOf = ({ op, operands }: Timing): string => `${op}(${operands})`;
  const keys = [...new Set(names.flatMap((name) => columns[name]!.map(keyOf)))];
  const cell = (timing: Timing | undefined): string => {
    if (!timing?.time) return timing?.denied ?? '';
    const { median, quartiles, gflops } = timing.time;
    return `${digits(median)} ms (${quartiles.map(digits).join(' to ')})${gflops > 0 ? `, ${digits(gflops)} GFLOP/s` : ''}`;
  };
  const rows = keys.map((key) => [`\`${key}\``, ...names.map((name) => cell(columns[name]!.find((timing) => keyOf(timing) === key)))]);
  return [['call', ...names], ['call', ...names].map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const digits = (value: number): string => Number(value.toPrecision(3)).toString();
