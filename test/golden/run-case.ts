import { tensor, UnfoldError, type Backend, type DType, type Tensor } from '@unfoldjs/core';
import { adapters, type Inputs } from './adapters.js';
import { numberOf, type Expected, type GoldenCase, type GoldenTensor } from './format.js';

/** The dtype that a foreign one runs as; its values must fit. */
const dtypeOf = (name = 'float32'): DType => {
  if (name === 'bool' || name === 'float32' || name === 'int32') return name;
  return name.startsWith('float') ? 'float32' : 'int32';
};

const range: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  uint32: [0, 2 ** 31 - 1],
  uint64: [0, 2 ** 31 - 1],
  int64: [-(2 ** 31), 2 ** 31 - 1],
};

/** Why the values of a case do not fit the dtypes that it runs as, or null. */
export function whyUnfit({ inputs, expected }: GoldenCase): string | null {
  for (const { dtype, data } of [...inputs, ...resultsOf(expected)].filter((each) => each !== null)) {
    const [min, max] = range[dtype ?? ''] ?? [-Infinity, Infinity];
    const outside = data?.map(numberOf).find((value) => value < min || value > max);
    if (outside !== undefined) return `${outside} does not fit ${dtype} as int32`;
  }
  return null;
}

const resultsOf = (expected: Expected): readonly (GoldenTensor | null)[] => expected.outputs ?? (expected.shape ? [expected as GoldenTensor] : []);

export const tensorOf = ({ shape, data, dtype }: GoldenTensor): Tensor => tensor(Float64Array.from(data, numberOf), shape, dtypeOf(dtype));

/** Runs a case on a backend; gives what is wrong, or null. */
export async function runCase(golden: GoldenCase, backend: Backend): Promise<string | null> {
  const adapter = adapters[golden.op]!;
  try {
    const all = await Promise.all(golden.inputs.map((input) => tensorOf(input).to(backend)));
    const named = Object.fromEntries(golden.inputs.map(({ name }, i) => [name ?? i, all[i]]));
    const { expected } = golden;
    if (expected.throws) return refusal(() => adapter.run({ all, named } satisfies Inputs, golden.attrs), expected.why);
    const given = adapter.run({ all, named }, golden.attrs);
    const results: readonly (Tensor | null)[] = Array.isArray(given) ? (given as readonly (Tensor | null)[]) : [given as Tensor];
    const wanted = resultsOf(expected);
    for (const [i, want] of wanted.entries()) {
      const problem = want ? await difference(results[i] ?? null, want, golden.tolerance ?? { abs: 0 }) : null;
      if (problem) return wanted.length > 1 ? `result ${i}: ${problem}` : problem;
    }
    return null;
  } catch (error) {
    return firstLine(error);
  }
}

export const firstLine = (error: unknown): string => `${error instanceof Error ? error.name : 'threw'}: ${String((error as Error).message ?? error).split('\n')[0]}`;

/** An expected refusal comes at the call, typed and with a fix. */
function refusal(call: () => unknown, why = ''): string | null {
  try {
    call();
  } catch (error) {
    if (!(error instanceof UnfoldError)) return `it must be refused by an UnfoldError, and it threw ${String(error)}`;
    return /\n\nFix: .+$/.test(error.message) ? null : `the refusal has no fix: ${error.message}`;
  }
  return `it must be refused (${why})`;
}

/** What is wrong with a result, or null. */
export async function difference(actual: Tensor | null, { shape, data, dtype }: GoldenTensor, { abs, rel = 0 }: { abs: number; rel?: number }): Promise<string | null> {
  if (!actual) return 'there is no such result';
  if (actual.shape.join() !== shape.join()) return `shape [${actual.shape}], not [${shape}]`;
  if (!data) return null;
  if (dtype && actual.dtype !== dtypeOf(dtype)) return `dtype ${actual.dtype}, not ${dtypeOf(dtype)}`;
  const values = await actual.data();
  for (const [i, raw] of data.entries()) {
    const want = numberOf(raw);
    const got = values[i]!;
    const equal = got === want || (Number.isNaN(got) && Number.isNaN(want));
    if (!equal && !(Math.abs(got - want) <= abs + rel * Math.abs(want))) return `element ${i} is ${got}, not ${want}`;
  }
  return null;
}
