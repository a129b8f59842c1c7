import type { NamedImage, PixelArray } from './pictures.js';

/** One picture in the list at the beginning of a shard. */
interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'uint8' | 'float32';
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** Pictures as the bytes of one blob: the length of a list in JSON (4 bytes, little-endian), the list, and what it tells of. */
export function encodeShard(images: readonly NamedImage[]): Uint8Array {
  const parts = images.map(({ image }) => (image instanceof Uint8Array ? image : new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength)));
  const entries = images.map(({ name, image }, i): Entry => ({ name, kind: image instanceof Uint8Array ? 'file' : image.data instanceof Float32Array ? 'float32' : 'uint8', shape: image instanceof Uint8Array ? [] : image.shape, bytes: parts[i]!.length }));
  const list = Buffer.from(JSON.stringify(entries));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(list.length);
  return Buffer.concat([length, list, ...parts]);
}

export function decodeShard(bytes: Uint8Array): NamedImage[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4 + view.readUInt32LE(0);
  const entries = JSON.parse(view.toString('utf8', 4, at)) as readonly Entry[];
  return entries.map(({ name, kind, shape, bytes: length }) => {
    // A copy, which lies where floats may.
    const part = bytes.slice(at, (at += length));
    if (kind === 'file') return { name, image: part };
    return { name, image: { data: kind === 'uint8' ? part : new Float32Array(part.buffer), shape: shape as PixelArray['shape'] } };
  });
}
