import { badArgument, formatTable, tensor, unfoldError, type Tensor } from '@unfoldjs/core';
import { mapParams } from '../params.js';
import type { Params } from '../types.js';
import { hostTensorOf, type HostTensor } from './host-tensor.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

/** A tensor and its path in a tree. */
export interface NamedTensor {
  readonly path: string;
  readonly tensor: Tensor;
}

function namedTensors(params: Params): NamedTensor[] {
  const named: NamedTensor[] = [];
  mapParams(params, (tensor, path) => {
    named.push({ path, tensor });
    return tensor;
  });
  return named;
}

/** Reads tensors back, by their paths. @throws {UnfoldError} NAME_TAKEN where two have one path. */
export async function toHost(named: readonly NamedTensor[]): Promise<Map<string, HostTensor>> {
  const host = new Map<string, HostTensor>();
  for (const { path, tensor } of named) {
    if (host.has(path)) throw unfoldError({ code: 'NAME_TAKEN', op: 'encodeParams', argument: path, problem: 'two tensors have this name.', fix: 'use no dots in the names of a tree.' });
    host.set(path, await hostTensorOf(tensor));
  }
  return host;
}

/** A tensor of what a file held. */
export const fromHost = ({ data, shape, dtype }: HostTensor): Tensor => tensor(data, shape, dtype);

/**
 * Parameters as a safetensors file: every tensor under its path, such as `conv2d.kernel`.
 *
 * @param metadata any strings that go with them. Default: none.
 * @throws {UnfoldError} NAME_TAKEN where two tensors have one path; as `Tensor.data`; as `encodeSafetensors`.
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { decodeParams, encodeParams } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * const params = { dense: { kernel: tensor([[1, 2]]) } };
 * const file = await encodeParams(params, { epoch: '3' });
 * await decodeParams(file, params).params.dense.kernel.array(); // => [[1, 2]]
 */
export async function encodeParams(params: Params, metadata: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
  return encodeSafetensors(await toHost(namedTensors(params)), metadata);
}

export interface DecodeParamsOptions {
  /** The file's name of each of our paths: a function, or a record of those that differ. Default: the same names. */
  readonly keys?: Readonly<Record<string, string>> | ((path: string) => string) | undefined;
  /** Changes a tensor of the file before it is compared, as for weights from PyTorch: see `relayout`. Default: none. */
  readonly convert?: ((tensor: HostTensor, path: string) => HostTensor) | undefined;
  /** Lets the file hold tensors that nothing asks for. Default: false. */
  readonly allowExtra?: boolean | undefined;
  /** Told each sentence of `notes`: a tensor whose element type was converted, or that was left out. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** What messages call the file. Default: 'file'. */
  readonly name?: string | undefined;
}

export interface DecodedParams<P> {
  /** A tree of the form of `like`. */
  readonly params: P;
  readonly metadata: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/**
 * The parameters in a safetensors file, which must be exactly those of `like`: names, shapes and dtypes.
 *
 * @param like a tree of the form that is wanted, such as the `params` of `model.init`. Its values are not looked at.
 * @throws {UnfoldError} DATA_MISMATCH with a table of everything that does not fit; INVALID_FILE as `decodeSafetensors`.
 */
export function decodeParams<P extends Params>(file: Uint8Array, like: P, options: DecodeParamsOptions = {}): DecodedParams<P> {
  const { keys = {}, convert = (tensor) => tensor, allowExtra = false, onNote, name = 'file' } = options;
  const { tensors, metadata, notes: conversions } = decodeSafetensors(file, name);
  const keyOf = typeof keys === 'function' ? keys : (path: string) => keys[path] ?? path;

  const wanted = namedTensors(like).map(({ path, tensor }) => ({ path, key: keyOf(path), type: typeText(tensor) }));
  const twice = wanted.find(({ key }, i) => wanted.findIndex((other) => other.key === key) !== i);
  if (twice) throw badArgument('decodeParams', 'keys', `they ask for ${JSON.stringify(twice.key)} twice.`, 'give each parameter a tensor of its own.');
  const found = new Map<string, HostTensor>();
  const problems: (readonly string[])[] = [];
  for (const { path, key, type } of wanted) {
    const stored = tensors.get(key);
    if (stored) found.set(path, convert(stored, path));
    const given = found.get(path);
    if (!given || typeText(given) !== type) problems.push([path, type, given ? typeText(given) : 'nothing', key === path ? '' : key]);
  }
  const asked = new Set(wanted.map(({ key }) => key));
  const extra = [...tensors].filter(([key]) => !asked.has(key));
  if (!allowExtra) for (const [key, tensor] of extra) problems.push(['nothing', '', typeText(tensor), key]);
  if (problems.length > 0) {
    throw unfoldError({
      code: 'DATA_MISMATCH',
      op: 'decodeParams',
      argument: name,
      problem: `${problems.length} of its tensors and the model's parameters do not fit each other.\n\n${formatTable(['wanted', 'type', 'in the file', 'named'], problems)}`,
      fix: 'give the file of this model, or map its names by `keys`, its layouts by `convert`, and ignore tensors by `allowExtra`.',
    });
  }
  const notes = [...conversions, ...extra.map(([key]) => `${key}: left out, as nothing asks for it`)];
  for (const note of notes) onNote?.(note);
  return { params: mapParams(like, (_, path) => fromHost(found.get(path)!)) as P, metadata, notes };
}

const typeText = ({ dtype, shape }: { readonly dtype: string; readonly shape: readonly number[] }): string => `${dtype}[${shape.join(', ')}]`;
