import type { Redis } from 'ioredis';
import type { WorkerInfo } from '../engine/job-engine.js';
import { workerKey, workersKey } from './names.js';

/** How often workers say that they are alive, and how long that is believed. */
export const heartbeatMs = 2000;
const believedMs = 3 * heartbeatMs;

export async function announce(client: Redis, prefix: string, workers: readonly WorkerInfo[]): Promise<void> {
  if (workers.length === 0) return;
  const commands = client.multi().sadd(workersKey(prefix), ...workers.map(({ id }) => id));
  for (const worker of workers) commands.set(workerKey(prefix, worker.id), JSON.stringify(worker), 'PX', believedMs);
  await commands.exec();
}

export async function withdraw(client: Redis, prefix: string, workers: readonly WorkerInfo[]): Promise<void> {
  if (workers.length === 0) return;
  const ids = workers.map(({ id }) => id);
  await client.multi().srem(workersKey(prefix), ...ids).del(...ids.map((id) => workerKey(prefix, id))).exec();
}

/** Those that said so of late. Others are struck from the list. */
export async function aliveWorkers(client: Redis, prefix: string): Promise<readonly WorkerInfo[]> {
  const ids = (await client.smembers(workersKey(prefix))).sort();
  if (ids.length === 0) return [];
  const found = await client.mget(...ids.map((id) => workerKey(prefix, id)));
  const silent = ids.filter((_, i) => !found[i]);
  if (silent.length > 0) await client.srem(workersKey(prefix), ...silent);
  return found.flatMap((text) => {
    const { id, backend, gigaflops } = text ? (JSON.parse(text) as WorkerInfo) : { id: null, backend: null, gigaflops: null };
    return id === null ? [] : [{ id, backend, gigaflops }];
  });
}
