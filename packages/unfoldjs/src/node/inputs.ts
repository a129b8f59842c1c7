import { tensor, unfoldError, type DType, type Tensor } from '@unfoldjs/core';
import type { ValueInfo } from '@unfoldjs/onnx';
import { UsageError } from './faults.js';
import { readBytes } from './files.js';
import { decodeNpy } from './npy.js';

const integers = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'int64', 'uint32', 'uint64'];

/** What the elements of an input are here. */
export const dtypeOf = ({ type }: ValueInfo): DType => (type === 'bool' ? 'bool' : integers.includes(type) ? 'int32' : 'float32');

const listed = (infos: readonly ValueInfo[]): string => infos.map(({ name }) => name).join(', ');

/** @throws UsageError for names that are of no input (or output) */
export function assertInputNames(infos: readonly ValueInfo[], names: readonly string[], flag: string, what = 'input'): void {
  for (const name of names) if (!infos.some((info) => info.name === name)) throw new UsageError(`${flag} ${name}: the model has no ${what} of that name.`, `its ${what}s are ${listed(infos)}.`);
}

/** A file of NumPy for an input. @throws {UnfoldError} INVALID_FILE, DTYPE_MISMATCH for elements of another kind than the model takes */
export async function npyInput(path: string, info: ValueInfo): Promise<Tensor> {
  const { dtype, shape, data } = decodeNpy(await readBytes(path, 'run'), path);
  if (dtype === dtypeOf(info)) return tensor(data, shape, dtype);
  throw unfoldError({ code: 'DTYPE_MISMATCH', op: 'run', argument: info.name, problem: `the model takes ${info.type}, and ${path} holds ${dtype}.`, fix: `save it as that: \`np.save(file, x.astype(np.${dtypeOf(info)}))\`.` });
}
