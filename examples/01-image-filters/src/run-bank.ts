import { evaluate, setBackend, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { refereeOf, type Referee } from './check.js';
import { derivedResults, linearResults, type LinearResults } from './filter-bank.js';
import type { Elements, ResultName, Results } from './filters.js';
import type { Picture } from './picture.js';

/** One run of the bank on one backend. */
export interface BankRun {
  readonly results: Results;
  /** From the first op to elements on the backend, the first time: building, optimising and compiling included. */
  readonly firstMs: number;
  /** The same again: the program is cached. */
  readonly againMs: number;
}

/** The lazy results of the whole bank by name. */
export function bankOf(pixels: Tensor): Record<ResultName, Tensor> {
  const linear = linearResults(pixels);
  return { ...tensorsOf(linear), ...derivedResults(linear) };
}

const tensorsOf = (linear: LinearResults): Record<keyof LinearResults, Tensor> => mapRecord(linear, ({ tensor }) => tensor);

export const pixelsOf = ({ rgb, width, height }: Picture): Tensor => tensor(rgb, [height, width, 3], 'int32');

export async function runBank(picture: Picture, backend: Backend): Promise<BankRun> {
  await setBackend(backend);
  const pixels = await pixelsOf(picture).to(backend);
  const run = async (): Promise<[Record<ResultName, Tensor>, number]> => {
    const start = performance.now();
    const bank = bankOf(pixels);
    await evaluate(bank);
    return [bank, performance.now() - start];
  };
  const [first, firstMs] = await run();
  for (const result of Object.values(first)) result.dispose();
  const [bank, againMs] = await run();
  const results = await readAll(bank);
  for (const result of [pixels, ...Object.values(bank)]) result.dispose();
  return { results, firstMs, againMs };
}

/** Exact results and bounds, from the reference backend in float64. */
export async function runReferee(picture: Picture): Promise<Referee> {
  const backend = await setBackend(cpu({ precision: 'float64' }));
  try {
    const pixels = pixelsOf(picture);
    const linear = linearResults(pixels);
    const exact = await readAll({ ...tensorsOf(linear), ...derivedResults(linear) });
    const absolute = await readAll(tensorsOf(linearResults(pixels, { absolute: true })));
    return refereeOf(exact, mapRecord(absolute, ({ data }) => data), mapRecord(linear, ({ roundings }) => roundings));
  } finally {
    await backend.dispose();
  }
}

/** Evaluates as one program and reads. */
async function readAll<K extends string>(tensors: Record<K, Tensor>): Promise<Record<K, Elements>> {
  await evaluate(tensors);
  const read = {} as Record<K, Elements>;
  for (const name of Object.keys(tensors) as K[]) read[name] = { data: await tensors[name].data(), shape: tensors[name].shape };
  return read;
}

const mapRecord = <K extends string, A, B>(record: Readonly<Record<K, A>>, map: (value: A) => B): Record<K, B> =>
  Object.fromEntries((Object.entries(record) as [K, A][]).map(([key, value]) => [key, map(value)])) as Record<K, B>;
