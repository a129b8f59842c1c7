import type { BlobStore } from '../engine/blob-store.js';

/** Where the blobs of an engine are, as it is told to worker processes. */
export type BlobPlace = { readonly kind: 'folder'; readonly path: string };

/** The blobs of any scope of a place. */
export async function openBlobs(place: BlobPlace): Promise<(scope: string) => BlobStore> {
  const { folderBlobs } = await import('../local/folder-blobs.js');
  return (scope) => folderBlobs(place.path, scope);
}
