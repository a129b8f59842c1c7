import type { BlobStore } from '../engine/blob-store.js';
import type { RedisPlace } from '../bullmq/connection.js';

/** Where the blobs of an engine are, as it is told to worker processes. */
export type BlobPlace = { readonly kind: 'folder'; readonly path: string } | ({ readonly kind: 'redis' } & RedisPlace);

/** The blobs of any scope of a place. */
export async function openBlobs(place: BlobPlace): Promise<(scope: string) => BlobStore> {
  if (place.kind === 'folder') {
    const { folderBlobs } = await import('../local/folder-blobs.js');
    return (scope) => folderBlobs(place.path, scope);
  }
  const { redisBlobs } = await import('../bullmq/redis-blobs.js');
  return redisBlobs(place);
}
