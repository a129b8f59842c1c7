import { unfoldError } from '@unfoldjs/core';
import { decodeParams, encodeParams, mapParams, type Params } from '@unfoldjs/nn';
import type { BlobStore } from '../engine/blob-store.js';

/** Bytes in the store, as jobs speak of them. */
export type BlobRef = { readonly key: string; readonly bytes: number };

/** The keys of a round. They say what is under them, so that a job that runs again writes the same bytes under the same keys. */
export const keys = {
  /** Parameters and moving statistics that a round begins with. */
  model: (round: number): string => `${round}/model`,
  /** What a shard made of them: parameters, or a gradient, and moving statistics. */
  result: (round: number, shard: number): string => `${round}/${shard}/result`,
  /** A shard's optimizer after the round. */
  slots: (round: number, shard: number): string => `${round}/${shard}/slots`,
};

/** Writes a tree as safetensors. */
export async function putTree(blobs: BlobStore, key: string, tree: Params): Promise<BlobRef> {
  const bytes = await encodeParams(tree);
  await blobs.put(key, bytes);
  return { key, bytes: bytes.length };
}

/**
 * The tree under a key, which must have the names, shapes and dtypes of `like`.
 *
 * @throws {UnfoldError} BLOB_MISSING; BLOB_DAMAGED; INVALID_FILE; DATA_MISMATCH with a table of what does not fit.
 */
export async function getTree<P extends Params>(blobs: BlobStore, { key, bytes }: BlobRef, like: P): Promise<P> {
  const found = await blobs.get(key);
  if (found.length !== bytes) {
    throw unfoldError({
      code: 'BLOB_DAMAGED',
      op: 'fitDistributed',
      argument: key,
      problem: `${found.length} bytes are under this key; the job speaks of ${bytes}.`,
      fix: 'let nothing but this training write under its scope, and run it again.',
    });
  }
  return decodeParams(found, like, { name: key }).params;
}

/** Frees the tensors of trees. */
export function disposeTrees(...trees: readonly Params[]): void {
  for (const tree of trees) {
    mapParams(tree, (tensor) => {
      tensor.dispose();
      return tensor;
    });
  }
}
