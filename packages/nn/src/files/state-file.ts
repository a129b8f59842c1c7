import { badArgument, Tensor } from '@unfoldjs/core';
import { describe } from '../check.js';
import { badFile } from '../data/checks.js';
import { fromHost, toHost, type NamedTensor } from './params-file.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

/** The form of a tree, in the metadata: JSON where a tensor is { "tensor": its name } and a number that JSON lacks { "number": text }. */
type Form = null | boolean | number | string | Form[] | { tensor: string } | { number: string } | { record: { [name: string]: Form } };

const metadataKey = 'unfold.state';
const version = 1;

/**
 * A training state, or any records and arrays of tensors and plain values, as a safetensors file: every tensor under its path, everything else (step, seed, the form of the tree) in the
 * metadata. Reading it gives the same bits, so that training goes on as if it had never stopped.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for anything but records and arrays of tensors and plain values; as `Tensor.data`.
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { decodeState, encodeState } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * const file = await encodeState({ params: { bias: tensor([1, 2]) }, step: 7 });
 * decodeState(file).step; // => 7
 */
export async function encodeState(state: object): Promise<Uint8Array> {
  const named: NamedTensor[] = [];
  const form = formOf(state, '', named);
  return encodeSafetensors(await toHost(named), { [metadataKey]: JSON.stringify({ version, form }) });
}

function formOf(value: unknown, path: string, named: NamedTensor[]): Form {
  if (value instanceof Tensor) {
    named.push({ path: path || 'tensor', tensor: value });
    return { tensor: path || 'tensor' };
  }
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : { number: Object.is(value, -0) ? '-0' : String(value) };
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  const below = (name: string | number): string => (path ? `${path}.${name}` : String(name));
  if (Array.isArray(value)) return value.map((entry, i) => formOf(entry, below(i), named));
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) {
    throw badArgument('encodeState', path || 'state', `${describe(value)} cannot be stored.`, 'keep to records and arrays of tensors, numbers, strings, booleans and null.');
  }
  return { record: Object.fromEntries(Object.entries(value as object).map(([name, entry]) => [name, formOf(entry, below(name), named)])) };
}

/**
 * The state that `encodeState` wrote. The tensors are on the host; the first step takes them to the backend.
 *
 * @param name what messages call the file. Default: 'file'.
 * @throws {UnfoldError} INVALID_FILE for a file that is damaged or was not written by `encodeState`.
 */
export function decodeState<State = Record<string, unknown>>(file: Uint8Array, name = 'file'): State {
  const { tensors, metadata } = decodeSafetensors(file, name);
  const refuse = (problem: string) => badFile('decodeState', name, problem, 'give a file that encodeState or saveCheckpoint wrote; plain weights are read by decodeParams or loadParams.');
  const text = metadata[metadataKey];
  if (text === undefined) throw refuse(`its metadata has no ${metadataKey}.`);
  const left = new Set(tensors.keys());
  const build = (form: unknown): unknown => {
    if (typeof form !== 'object' || form === null) return form;
    if (Array.isArray(form)) return form.map(build);
    const [kind, value] = Object.entries(form)[0] ?? [];
    if (kind === 'record' && typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, build(entry)]));
    if (kind === 'number' && typeof value === 'string') return Number(value);
    const stored = kind === 'tensor' ? tensors.get(String(value)) : undefined;
    if (!stored) throw refuse(`its metadata speaks of ${JSON.stringify(form).slice(0, 80)}, which is not in it.`);
    left.delete(String(value));
    return fromHost(stored);
  };
  const state = build(parseForm(text, refuse));
  if (left.size > 0) throw refuse(`its metadata does not speak of ${[...left].slice(0, 5).join(', ')}.`);
  return state as State;
}

function parseForm(text: string, refuse: (problem: string) => Error): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw refuse(`its ${metadataKey} is not JSON.`);
  }
  const { version: found, form } = (parsed ?? {}) as { version?: unknown; form?: unknown };
  if (found !== version) throw refuse(`its ${metadataKey} has version ${describe(found)}; this is version ${version}.`);
  return form;
}
