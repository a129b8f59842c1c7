import type { Redis } from 'ioredis';
import { missingBlob, sealed, unsealed } from '../bytes/sealed.js';
import type { BlobStore } from '../engine/blob-store.js';
import { defaultOpenMs, openRedis, type RedisPlace } from './connection.js';

export const blobPrefix = (prefix: string, scope: string): string => `${prefix}:${scope}:blob:`;

/** Blobs as strings of Redis that expire. */
export function blobsOn(client: Redis, { prefix, blobTtlMs }: Pick<RedisPlace, 'prefix' | 'blobTtlMs'>, scope: string): BlobStore {
  const keyOf = (key: string): string => blobPrefix(prefix, scope) + key;
  return {
    async put(key, bytes) {
      await client.set(keyOf(key), sealed(bytes), 'PX', blobTtlMs);
    },
    async get(key) {
      const stored = await client.getBuffer(keyOf(key));
      if (!stored) throw missingBlob(key);
      return unsealed(stored, key);
    },
    async delete(keys) {
      if (keys.length > 0) await client.unlink(...keys.map(keyOf));
    },
  };
}

/** Blobs of any scope, on a connection of their own. */
export async function redisBlobs(place: RedisPlace): Promise<(scope: string) => BlobStore> {
  const client = await openRedis('startWorker', place.connection, defaultOpenMs);
  return (scope) => blobsOn(client, place, scope);
}
