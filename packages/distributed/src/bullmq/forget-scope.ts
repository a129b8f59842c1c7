import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { queueName } from './names.js';
import { blobPrefix } from './redis-blobs.js';

const pageSize = 500;

/** Removes the jobs, outcomes and blobs of a scope. A job that runs now stays until its worker has done it. */
export async function forgetScope(client: Redis, queue: Queue, prefix: string, scope: string): Promise<void> {
  const jobs = `${prefix}:${queueName}:`;
  for await (const keys of pages(client, `${jobs}${scope}[.+]*`)) {
    const ids = keys.map((key) => key.slice(jobs.length)).filter((id) => !id.includes(':'));
    // One that is locked by a worker, or was removed with its parent, is passed over.
    await Promise.all(ids.map(async (id) => (await queue.getJob(id))?.remove().catch(() => undefined)));
  }
  for await (const keys of pages(client, `${blobPrefix(prefix, scope)}*`)) await client.unlink(...keys);
}

async function* pages(client: Redis, pattern: string): AsyncGenerator<string[], void, undefined> {
  let cursor = '0';
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', pattern, 'COUNT', pageSize);
    cursor = next;
    if (keys.length > 0) yield keys;
  } while (cursor !== '0');
}
