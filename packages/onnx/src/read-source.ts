import { unfoldError } from '@unfoldjs/core';
import { badModel } from './errors.js';
import { TensorProto_DataLocation, type ModelProto } from './proto/onnx_pb.js';
import type { ReadExternal } from './model/tensor-proto.js';

/** A Blob or File, said without the types of the DOM. */
export interface BlobLike {
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A URL, said without the types of the DOM. */
export interface UrlLike {
  readonly href: string;
  readonly protocol: string;
}

/** Where a model comes from. */
export type OnnxSource = Uint8Array | ArrayBuffer | BlobLike | UrlLike | string;

type ReadFile = (location: string) => Uint8Array | Promise<Uint8Array>;

interface Source {
  readonly bytes: Uint8Array;
  /** Fetches what the model keeps in other files, once each. */
  readonly readExternal: (model: ModelProto) => Promise<ReadExternal>;
}

/** @throws {UnfoldError} INVALID_FILE where there is nothing to read; INVALID_ARGUMENT for something else than a source */
export async function readSource(source: OnnxSource, given: ReadFile | undefined): Promise<Source> {
  if (source instanceof Uint8Array) return from(source, given);
  if (source instanceof ArrayBuffer) return from(new Uint8Array(source), given);
  if (typeof source === 'string') return /^(https?|file):\/\//.test(source) ? readSource(new URL(source), given) : fromPath(source, given);
  if (typeof source === 'object' && source !== null) {
    if ('arrayBuffer' in source) return from(new Uint8Array(await source.arrayBuffer()), given);
    if ('href' in source && source.protocol === 'file:') return fromPath(new URL(source.href), given);
    if ('href' in source) return fromWeb(new URL(source.href), given);
  }
  throw unfoldError({ code: 'INVALID_ARGUMENT', op: 'importOnnx', argument: 'source', problem: 'it is no file.', fix: 'pass the bytes (Uint8Array), a path, a URL or a Blob.' });
}

const fromWeb = async (url: URL, given: ReadFile | undefined): Promise<Source> => from(await fetched(url), given ?? ((location) => fetched(new URL(location, url))));

async function fetched(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw badModel(`${url} gives ${response.status} ${response.statusText}.`, 'check the address.');
  return new Uint8Array(await response.arrayBuffer());
}

async function fromPath(path: string | URL, given: ReadFile | undefined): Promise<Source> {
  // A page has no files: a bundle for one must not contain the modules of Node.
  if (typeof process === 'undefined' || !process.versions?.node) return fromWeb(new URL(path, (globalThis as { location?: { href: string } }).location?.href), given);
  const [fs, files] = await Promise.all([nodeModule<typeof import('node:fs/promises')>('node:fs/promises'), nodeModule<typeof import('node:path')>('node:path')]);
  const own = path instanceof URL ? (await nodeModule<typeof import('node:url')>('node:url')).fileURLToPath(path) : path;
  const read = async (file: string): Promise<Uint8Array> => {
    try {
      return new Uint8Array(await fs.readFile(file));
    } catch (cause) {
      throw badModel(`${file} cannot be read.`, 'check the path.', cause);
    }
  };
  const folder = files.dirname(files.resolve(own));
  const beside = async (location: string): Promise<Uint8Array> => {
    const file = files.resolve(folder, location);
    // A link may lead out of the folder where the name does not.
    const [root, real] = await Promise.all([fs.realpath(folder), fs.realpath(file).catch(() => file)]);
    if (files.relative(root, real).startsWith('..')) throw badModel(`the external data ${JSON.stringify(location)} leads out of the folder of the model.`, 'put the file itself beside the model.');
    return read(file);
  };
  return from(await read(own), given ?? beside);
}

/** Hidden from bundlers. */
const nodeModule = <T>(name: string): Promise<T> => import(/* @vite-ignore */ /* webpackIgnore: true */ name) as Promise<T>;

const from = (bytes: Uint8Array, read: ReadFile | undefined): Source => ({
  bytes,
  async readExternal({ graph }) {
    const files = new Map<string, Uint8Array>();
    for (const { dataLocation, externalData } of graph?.initializer ?? []) {
      const location = externalData.find(({ key }) => key === 'location')?.value;
      if (dataLocation !== TensorProto_DataLocation.EXTERNAL || location === undefined || files.has(location) || /(^|[/\\])\.\.([/\\]|$)|^([/\\]|[a-z]:)|:\/\/|\0/i.test(location)) continue;
      if (!read) throw badModel(`it keeps weights in ${JSON.stringify(location)}, and only its bytes were given.`, 'import it by its path, or pass `readExternal`.');
      files.set(location, await read(location));
    }
    return ({ name, location, offset, length }) => {
      const file = files.get(location)!;
      const end = length === null ? file.length : offset + length;
      if (end > file.length) throw badModel(`\`${name}\` lies at bytes ${offset} to ${end} of ${JSON.stringify(location)}, which has ${file.length}.`, 'fetch the whole file.');
      return file.subarray(offset, end);
    };
  },
});
