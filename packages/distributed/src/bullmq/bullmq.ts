import { badArgument } from '@unfoldjs/core';
import type { JobEngine } from '../engine/job-engine.js';
import { isCount } from '../jobs/envelope.js';
import { settingsOf } from '../jobs/settings.js';
import { isWorkerProcess } from '../processes/serve.js';
import { openBullmqSession } from './bullmq-session.js';
import { defaultBlobTtlMs, defaultOpenMs, defaultPrefix, type RedisConnection } from './connection.js';

export interface BullmqOptions {
  readonly connection: RedisConnection;
  /** What all keys in Redis begin with. Workers must be given the same. Default: 'unfold'. */
  readonly prefix?: string;
  /** Milliseconds in which Redis must answer when a session is opened. Default: 5000. */
  readonly openMs?: number;
  /** Milliseconds that a blob lives after it was written. Default: a day. */
  readonly blobTtlMs?: number;
  /** Seconds that outcomes are kept. Default: a week. */
  readonly keepSeconds?: number;
}

/**
 * Runs jobs on the workers of a Redis or Valkey, by BullMQ: on any number of machines. Workers are started by `unfold worker` or `startWorker`.
 *
 * Outcomes stay in Redis, so that a coordinator that was stopped or killed goes on where it was when it opens the same scope. A job whose worker is
 * lost is tried again (`startWorker` says after how long), as is one that is not done at its deadline. When Redis goes away and comes back with its
 * data (`--appendonly yes`), work goes on; meanwhile all calls wait.
 *
 * User and password go to the client alone, and are in no message.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT; `open` throws ENGINE_UNREACHABLE
 * @example
 * import { bullmq } from '@unfoldjs/distributed';
 *
 * const engine = bullmq({ connection: 'redis://localhost:6379' }); // connects when a session is opened
 * engine.name; // => bullmq
 */
export function bullmq({ connection, prefix = defaultPrefix, openMs = defaultOpenMs, blobTtlMs = defaultBlobTtlMs, keepSeconds = 7 * 24 * 3600 }: BullmqOptions): JobEngine {
  assertPrefix('bullmq', prefix);
  for (const [name, value] of Object.entries({ openMs, blobTtlMs, keepSeconds })) if (!isCount(value, Number.MAX_SAFE_INTEGER)) throw badArgument('bullmq', name, `${String(value)} is no whole number above 0.`, 'leave it out for its default.');
  return {
    name: 'bullmq',
    async open(options) {
      const settings = settingsOf(options);
      if (isWorkerProcess()) throw badArgument('open', 'tasks', `${settings.tasks} opens an engine while it is loaded, in a worker process of one.`, 'keep the tasks in a module of their own, which starts nothing.');
      return openBullmqSession({ connection, prefix, blobTtlMs }, settings, { openMs, keepSeconds });
    },
  };
}

/** @throws {UnfoldError} INVALID_ARGUMENT */
export function assertPrefix(op: string, prefix: unknown): asserts prefix is string {
  if (typeof prefix !== 'string' || !/^[\w-]{1,64}$/.test(prefix)) throw badArgument(op, 'prefix', `${JSON.stringify(prefix)} is no prefix of keys.`, "use up to 64 letters, digits, dashes and underscores, such as 'unfold'.");
}
