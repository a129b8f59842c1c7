import { badFile } from '../data/checks.js';
import { duplicateKey } from './duplicate-keys.js';
import { elementTypes, unreadTypes } from './element-types.js';

/** One tensor of a header. Offsets count from the byte behind the header. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the tensors begin in the file. */
  readonly dataStart: number;
}

/** The format's limit on the length of a header. */
export const maxHeaderBytes = 100_000_000;

/**
 * Reads and checks the header of a safetensors file: after it every tensor is known to be where it says, no two share a byte and no
 * byte belongs to none.
 *
 * @throws {UnfoldError} INVALID_FILE for the first rule of the format that is broken.
 * @source https://github.com/huggingface/safetensors#format
 */
export function readHeader(file: Uint8Array, name: string): Header {
  const refuse = (problem: string, fix = 'give a safetensors file, whole and as it was written.', cause?: unknown) => badFile('decodeSafetensors', name, problem, fix, cause);
  if (file.length < 8) throw refuse(`${file.length} bytes are too few: the first 8 hold the length of the header.`);
  const declared = new DataView(file.buffer, file.byteOffset, file.byteLength).getBigUint64(0, true);
  if (declared > BigInt(maxHeaderBytes)) throw refuse(`its header would have ${declared} bytes; the format allows ${maxHeaderBytes}.`);
  const length = Number(declared);
  const dataStart = 8 + length;
  if (dataStart > file.length) throw refuse(`its header of ${length} bytes ends behind the file, which has ${file.length}.`, 'fetch the whole file again.');
  if (file[8] !== 0x7b) throw refuse('its header does not begin with {.');

  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file.subarray(8, dataStart));
  } catch (cause) {
    throw refuse('its header is not UTF-8.', undefined, cause);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw refuse(`its header is not JSON (${(cause as Error).message}).`, undefined, cause);
  }
  const twice = duplicateKey(text);
  if (twice !== null) throw refuse(`its header holds the key ${JSON.stringify(twice)} twice.`);

  const { __metadata__: metadata = {}, ...tensors } = json as Record<string, unknown>;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) throw refuse('its __metadata__ is not an object of strings.');
  const entries = Object.entries(tensors).map(([key, value]) => readEntry(key, value, refuse));
  checkCover(entries, file.length - dataStart, refuse);
  return { entries, metadata: metadata as Record<string, string>, dataStart };
}

type Refuse = (problem: string, fix?: string) => Error;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readEntry(name: string, value: unknown, refuse: Refuse): HeaderEntry {
  const what = `tensor ${JSON.stringify(name)}`;
  if (!isRecord(value)) throw refuse(`the entry of ${what} is not an object.`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') throw refuse(`${what} has no dtype.`);
  if (unreadTypes.includes(dtype)) throw refuse(`${what} is ${dtype}, which Unfold has no numbers for.`, `convert it to F32 first; read are ${[...elementTypes.keys()].join(', ')}.`);
  const type = elementTypes.get(dtype);
  if (!type) throw refuse(`${what} has the dtype ${JSON.stringify(dtype)}, which the format does not define.`);
  if (!Array.isArray(shape) || !shape.every(isSize)) throw refuse(`the shape of ${what} is not a list of whole numbers from 0.`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) throw refuse(`the data_offsets of ${what} are not [begin, end].`);
  const [begin, end] = offsets as [number, number];
  if (begin > end) throw refuse(`${what} begins at byte ${begin}, behind its end at ${end}.`);
  const bytes = (shape as number[]).reduce((product, dim) => product * dim, type.bytes);
  if (bytes !== end - begin) throw refuse(`${what} is ${dtype} [${shape.join(', ')}], which are ${bytes} bytes; its data_offsets span ${end - begin}.`);
  return { name, dtype, shape: shape as number[], begin, end };
}

/** Tensors, in the order of their offsets, must fill the buffer without holes and overlaps. */
function checkCover(entries: readonly HeaderEntry[], bytes: number, refuse: Refuse): void {
  let reached = 0;
  let before = 'the header';
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const what = JSON.stringify(name);
    if (begin < reached) throw refuse(`the tensors ${before} and ${what} overlap: one ends at byte ${reached}, the other begins at ${begin}.`);
    if (begin > reached) throw refuse(`bytes ${reached} to ${begin}, between ${before} and ${what}, belong to no tensor.`);
    reached = end;
    before = what;
  }
  if (reached > bytes) throw refuse(`its tensors need ${reached} bytes behind the header; there are ${bytes}.`, 'fetch the whole file again.');
  if (reached < bytes) throw refuse(`${bytes - reached} bytes behind the last tensor belong to none.`);
}
